package io.meshwatch.deploy;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.ListenerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes what the operators of nodes and components install: one folder per target, a variables file for Ansible, and a README that
 * says where each file goes. The same credentials give the same bytes, so that a second run changes nothing. Files hold keys and
 * password hashes and are for their owner alone.
 */
public final class DeployFiles {
  /** Where programs behind nginx listen on the loopback address; other ports than the outside ones, which nginx takes on all addresses. */
  private static final int KEYCLOAK_OWN_PORT = 19_000;
  private static final int RABBITMQ_OWN_PORT = 15_690;
  private static final int NGINX_EXPORTER_OWN_PORT = 9_114;
  private static final int NGINX_STATUS_PORT = 8_099;
  private static final int GENERIC_OWN_PORT = 8_080;

  private final Disk disk;
  private final Credentials credentials;

  public DeployFiles(Disk disk, Credentials credentials) {
    this.disk = disk;
    this.credentials = credentials;
  }

  private record File(String name, String content, String place) {
    /** This systemd unit with more arguments for its program. */
    File withArguments(String arguments) {
      return new File(name, content.replace("web-config.yml\n", "web-config.yml " + arguments + "\n"), place);
    }
  }

  /** Writes everything for these targets and returns the paths that were written, relative to the folder. */
  public List<Path> render(Path folder, List<DeployTarget> targets) {
    List<Path> written = new ArrayList<>();
    try {
      makeFolder(folder);
      StringBuilder places = new StringBuilder();
      for (DeployTarget target : targets) {
        Path own = folder.resolve(target.name());
        makeFolder(own);
        List<File> files = files(target);
        for (File file : files) {
          write(own.resolve(file.name), file.content);
          written.add(Path.of(target.name(), file.name));
          places.append("| `").append(target.name()).append('/').append(file.name).append("` | ").append(file.place).append(" |\n");
        }
      }
      write(folder.resolve("ansible-vars.yml"), ansible(targets));
      write(folder.resolve("README.md"), readme(places.toString()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write deployment files to " + folder + ": " + e.getMessage(), e);
    }
    written.add(Path.of("ansible-vars.yml"));
    written.add(Path.of("README.md"));
    return written;
  }

  private List<File> files(DeployTarget target) throws IOException {
    List<File> files = new ArrayList<>(tlsFiles(target));
    List<Credentials.Login> logins = credentials.accepted(target.name());
    switch (target.kind()) {
      case NODE -> {
        files.add(webConfig(target, logins));
        // The rules about failed and restarting services need these, which are not among the defaults.
        files.add(service(target, "prometheus-node-exporter", "")
            .withArguments("--collector.systemd --collector.systemd.enable-restarts-metrics"));
      }
      case MARIADB -> {
        files.add(webConfig(target, logins));
        // How to log in to the database stands there, as DATA_SOURCE_NAME.
        files.add(service(target, "prometheus-mysqld-exporter", "EnvironmentFile=/etc/default/prometheus-mysqld-exporter\n"));
      }
      case PUSHGATEWAY -> {
        files.add(webConfig(target, logins));
        files.add(service(target, "prometheus-pushgateway", ""));
      }
      case BLACKBOX -> {
        files.add(webConfig(target, logins));
        files.add(service(target, "prometheus-blackbox-exporter", "").withArguments("--config.file=/etc/prometheus/blackbox.yml"));
      }
      case SPRING_BOOT -> files.add(springBoot(target, logins));
      case KEYCLOAK -> {
        files.add(keycloak());
        files.addAll(nginx(target, logins, KEYCLOAK_OWN_PORT, "/metrics"));
      }
      case RABBITMQ -> {
        files.add(rabbit());
        files.addAll(nginx(target, logins, RABBITMQ_OWN_PORT, "/metrics/per-object"));
      }
      case NGINX -> {
        files.add(nginxExporter());
        files.add(nginxStatus());
        files.addAll(nginx(target, logins, NGINX_EXPORTER_OWN_PORT, "/metrics"));
      }
      case GENERIC -> {
        files.add(webConfig(target, logins));
        files.addAll(nginx(target, logins, GENERIC_OWN_PORT, "/metrics"));
      }
    }
    return files;
  }

  /** Exporters get one file with both: a certificate and its key that are replaced one after the other do not belong together meanwhile. */
  private List<File> tlsFiles(DeployTarget target) throws IOException {
    ListenerSpec.ServerTls tls = credentials.serverTls(target.name());
    String name = target.name();
    if (hasWebConfig(target.kind())) {
      String both = text(tls.certificateChainFile()) + text(tls.keyFile());
      return List.of(new File(name + ".pem", both, "`" + place(target) + name + ".pem`, certificate and key, readable for the service's user only"));
    }
    return List.of(
        new File(name + ".crt", text(tls.certificateChainFile()), "`" + place(target) + name + ".crt`"),
        new File(name + ".key", text(tls.keyFile()), "`" + place(target) + name + ".key`, readable for the service's user only"));
  }

  private static boolean hasWebConfig(DeployTarget.Kind kind) {
    return switch (kind) {
      case NODE, MARIADB, PUSHGATEWAY, BLACKBOX -> true;
      case SPRING_BOOT, KEYCLOAK, RABBITMQ, NGINX, GENERIC -> false;
    };
  }

  /** Exporters of the Prometheus family read this file again at every connection: a rotation needs no restart. */
  private static File webConfig(DeployTarget target, List<Credentials.Login> logins) {
    String certificate = target.name() + (hasWebConfig(target.kind()) ? ".pem" : ".crt");
    String key = target.name() + (hasWebConfig(target.kind()) ? ".pem" : ".key");
    StringBuilder yaml = new StringBuilder("tls_server_config:\n")
        .append("  cert_file: ").append(certificate).append('\n')
        .append("  key_file: ").append(key).append('\n')
        .append("  min_version: TLS12\n")
        .append("basic_auth_users:\n");
    logins.forEach(login -> yaml.append("  ").append(login.username()).append(": '").append(BcryptHash.of(login.password())).append("'\n"));
    return new File("web-config.yml", yaml.toString(), "`" + place(target) + "web-config.yml`; read again by itself when it changes");
  }

  private static File service(DeployTarget target, String program, String more) {
    String unit = """
        [Unit]
        Description=%1$s with TLS and Basic auth
        After=network-online.target
        Wants=network-online.target

        [Service]
        User=prometheus
        %4$sExecStart=/usr/bin/%1$s --web.listen-address=:%2$d --web.config.file=%3$sweb-config.yml
        Restart=on-failure
        NoNewPrivileges=yes

        [Install]
        WantedBy=multi-user.target
        """.formatted(program, target.port(), place(target), more);
    return new File(program + ".service", unit, "`/etc/systemd/system/" + program + ".service`, then `systemctl daemon-reload` and restart");
  }

  /** meshStack's applications take their users from {@code auth.basic}; whether they take hashes is not published, so none is used. */
  private static File springBoot(DeployTarget target, List<Credentials.Login> logins) {
    StringBuilder yaml = new StringBuilder("""
        management:
          server:
            port: %1$d
            ssl:
              enabled: true
              certificate: "file:%2$s%3$s.crt"
              certificate-private-key: "file:%2$s%3$s.key"
          endpoints:
            web:
              exposure:
                include: health,prometheus
        auth:
          basic:
            realm: actuator
            users:
        """.formatted(target.port(), place(target), target.name()));
    for (Credentials.Login login : logins) {
      yaml.append("      - username: ").append(login.username()).append('\n')
          .append("        password: \"").append(login.password().reveal()).append("\"\n")
          .append("        authorities: [ACTUATOR]\n");
    }
    return new File("application-monitoring.yml", yaml.toString(),
        "beside the application's own configuration; add `monitoring` to `spring.profiles.active`, restart");
  }

  private static File keycloak() {
    return new File("keycloak.conf", """
        metrics-enabled=true
        health-enabled=true
        event-metrics-user-enabled=true
        http-management-scheme=http
        http-management-host=127.0.0.1
        http-management-port=%d
        """.formatted(KEYCLOAK_OWN_PORT), "append to `conf/keycloak.conf`, restart; nginx serves the metrics to the outside");
  }

  private static File rabbit() {
    return new File("rabbitmq.conf", """
        prometheus.tcp.ip = 127.0.0.1
        prometheus.tcp.port = %d
        prometheus.return_per_object_metrics = true
        """.formatted(RABBITMQ_OWN_PORT), "append to `/etc/rabbitmq/rabbitmq.conf`, `rabbitmq-plugins enable rabbitmq_prometheus`, restart");
  }

  private static File nginxStatus() {
    return new File("nginx-status.conf", """
        server {
          listen 127.0.0.1:%d;
          location = /stub_status {
            stub_status;
          }
          location / {
            return 404;
          }
        }
        """.formatted(NGINX_STATUS_PORT), "`/etc/nginx/conf.d/status.conf`: what the exporter asks");
  }

  private static File nginxExporter() {
    return new File("prometheus-nginx-exporter.service", """
        [Unit]
        Description=prometheus-nginx-exporter behind nginx
        After=network-online.target
        Wants=network-online.target

        [Service]
        User=prometheus
        ExecStart=/usr/bin/prometheus-nginx-exporter -web.listen-address=127.0.0.1:%d -nginx.scrape-uri=http://127.0.0.1:%d/stub_status
        Restart=on-failure
        NoNewPrivileges=yes

        [Install]
        WantedBy=multi-user.target
        """.formatted(NGINX_EXPORTER_OWN_PORT, NGINX_STATUS_PORT),
        "`/etc/systemd/system/prometheus-nginx-exporter.service`, then `systemctl daemon-reload` and restart");
  }

  private static List<File> nginx(DeployTarget target, List<Credentials.Login> logins, int ownPort, String ownPath) {
    String snippet = """
        server {
          listen %1$d ssl;
          ssl_certificate %2$s%3$s.crt;
          ssl_certificate_key %2$s%3$s.key;
          ssl_protocols TLSv1.2 TLSv1.3;
          location = /metrics {
            auth_basic "metrics";
            auth_basic_user_file %2$s%3$s.htpasswd;
            proxy_pass http://127.0.0.1:%4$d%5$s;
          }
          location / {
            return 404;
          }
        }
        """.formatted(target.port(), place(target), target.name(), ownPort, ownPath);
    StringBuilder users = new StringBuilder();
    logins.forEach(login -> users.append(login.username()).append(':').append(BcryptHash.of(login.password())).append('\n'));
    return List.of(
        new File("nginx-metrics.conf", snippet, "`/etc/nginx/conf.d/" + target.name() + "-metrics.conf`, then `nginx -s reload`"),
        new File(target.name() + ".htpasswd", users.toString(), "`" + place(target) + target.name() + ".htpasswd`, readable for nginx's workers only"));
  }

  /** Paths only: secrets stay in their files, so that this one may be read by whoever runs the playbook. */
  private String ansible(List<DeployTarget> targets) {
    StringBuilder yaml = new StringBuilder("# Variables for a playbook that installs these files.\nmeshwatch_authority_certificate: ")
        .append(quoted(credentials.authorityFile().toString())).append("\nmeshwatch_targets:\n");
    for (DeployTarget target : targets) {
      yaml.append("  - name: ").append(target.name()).append('\n')
          .append("    kind: ").append(target.kind().name().toLowerCase(Locale.ROOT)).append('\n')
          .append("    port: ").append(target.port()).append('\n')
          .append("    files: ").append(quoted(target.name())).append('\n')
          .append("    destination: ").append(quoted(place(target))).append('\n')
          .append("    username: ").append(credentials.login(target.name()).username()).append('\n')
          .append("    password_file: ").append(quoted(credentials.passwordFile(target.name()).toString())).append('\n');
    }
    return yaml.toString();
  }

  private static String readme(String places) {
    return """
        # Files of this deployment

        One folder per node and component. Each file goes to the place named here; keys and password files must be readable for the
        service's user only. `ansible-vars.yml` names the same targets for a playbook; it holds no secrets.

        | file | goes to |
        |---|---|
        %s
        During a rotation, and for a while after it, files accept two users. Write them anew and install them three times: after
        `credentials rotate` began, after it finished, and when the overlap has passed.
        """.formatted(places);
  }

  private static String place(DeployTarget target) {
    return switch (target.kind()) {
      case NODE, MARIADB, PUSHGATEWAY, BLACKBOX, GENERIC -> "/etc/prometheus/" + target.name() + "/";
      case SPRING_BOOT -> "/etc/meshstack/" + target.name() + "/";
      case KEYCLOAK, RABBITMQ, NGINX -> "/etc/nginx/metrics/";
    };
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private String text(Path file) throws IOException {
    return new String(disk.readAll(file), StandardCharsets.UTF_8);
  }

  private void makeFolder(Path folder) throws IOException {
    disk.createDirectories(folder);
    disk.restrictToOwner(folder);
  }

  private void write(Path file, String content) throws IOException {
    disk.replace(file, content.getBytes(StandardCharsets.UTF_8));
    disk.restrictToOwner(file);
  }
}
