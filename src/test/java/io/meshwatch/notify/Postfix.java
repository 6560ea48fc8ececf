package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Postfix in a folder of its own: STARTTLS and a login are needed, and what it takes lies in files. Needs root. */
final class Postfix implements AutoCloseable {
  static final String USER = "meshwatch@relay.example.com";
  static final String PASSWORD = "secret-4711";

  private static final String MAIN = """
      compatibility_level = 3.6
      queue_directory = FOLDER/queue
      data_directory = FOLDER/data
      myhostname = relay.example.com
      mydestination =
      inet_interfaces = 127.0.0.1
      inet_protocols = ipv4
      maillog_file = FOLDER/mail.log
      maillog_file_prefixes = FOLDER
      virtual_mailbox_domains = example.com
      virtual_mailbox_base = FOLDER/mail
      virtual_mailbox_maps = static:all/
      virtual_uid_maps = static:65534
      virtual_gid_maps = static:65534
      smtpd_sasl_auth_enable = yes
      smtpd_sasl_path = smtpd
      cyrus_sasl_config_path = FOLDER/sasl
      smtpd_tls_security_level = encrypt
      smtpd_tls_cert_file = FOLDER/cert.pem
      smtpd_tls_key_file = FOLDER/key.pem
      smtpd_tls_auth_only = yes
      """;
  private static final String USUAL = "smtpd_recipient_restrictions = permit_sasl_authenticated, reject\n";
  private static final String MASTER = """
      127.0.0.1:PORT inet n - n - - smtpd
      pickup unix n - n 60 1 pickup
      cleanup unix n - n - 0 cleanup
      qmgr unix n - n 300 1 qmgr
      rewrite unix - - n - - trivial-rewrite
      bounce unix - - n - 0 bounce
      defer unix - - n - 0 bounce
      trace unix - - n - 0 bounce
      error unix - - n - - error
      retry unix - - n - - error
      virtual unix - n n - - virtual
      anvil unix - - n - 1 anvil
      scache unix - - n - 1 scache
      tlsmgr unix - - n 1000? 1 tlsmgr
      proxymap unix - - n - - proxymap
      postlog unix-dgram n - n - 1 postlogd
      """;

  private final Path folder;
  private final int port;

  Postfix() throws IOException, InterruptedException {
    folder = Files.createTempDirectory("meshwatch-postfix", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    for (String each : List.of("queue", "data", "mail", "sasl")) {
      Files.createDirectory(folder.resolve(each));
    }
    Files.writeString(folder.resolve("master.cf"), MASTER.replace("PORT", String.valueOf(port)));
    Files.writeString(folder.resolve("sasl").resolve("smtpd.conf"),
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: " + folder + "/sasldb2\n");
    run("chown", "postfix", folder + "/data");
    run("chown", "nobody", folder + "/mail");
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder + "/key.pem", "-out", caFile(), "-days", "2", "-subj",
        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1");
    run("sh", "-c", "echo " + PASSWORD + " | saslpasswd2 -p -c -f " + folder + "/sasldb2 -u relay.example.com meshwatch");
    run("chmod", "644", folder + "/sasldb2");
    start(USUAL);
  }

  static boolean isInstalled() {
    return Stream.of("/usr/sbin/postfix", "/usr/sbin/saslpasswd2").allMatch(file -> Files.isExecutable(Path.of(file)))
        && System.getProperty("user.name").equals("root");
  }

  int port() {
    return port;
  }

  String caFile() {
    return folder + "/cert.pem";
  }

  /** Starts it with further settings. */
  void start(String settings) throws IOException, InterruptedException {
    configure(settings);
    run("postfix", "-c", folder.toString(), "start");
  }

  void stop() throws IOException, InterruptedException {
    run("postfix", "-c", folder.toString(), "stop");
  }

  /** Goes on with other settings. */
  void change(String settings) throws IOException, InterruptedException {
    stop();
    start(settings);
  }

  void changeToUsual() throws IOException, InterruptedException {
    change(USUAL);
  }

  private void configure(String settings) throws IOException {
    Files.writeString(folder.resolve("main.cf"), MAIN.replace("FOLDER", folder.toString()) + settings);
  }

  /** The mails that it took and delivered. */
  List<String> mails() throws IOException {
    Path box = folder.resolve("mail").resolve("all").resolve("new");
    List<String> mails = new ArrayList<>();
    if (Files.isDirectory(box)) {
      try (Stream<Path> files = Files.list(box)) {
        for (Path file : files.sorted().toList()) {
          mails.add(Files.readString(file));
        }
      }
    }
    return mails;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("postfix", ".txt");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", List.of(command), Files.readString(output)).isZero();
    Files.delete(output);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run("sh", "-c", "postfix -c " + folder + " stop 2>/dev/null; rm -rf " + folder);
  }
}
