package io.meshwatch.scrape;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns the nodes and components of the configuration into scrape jobs: HTTPS with Basic auth, certificates checked against the
 * deployment's CA, each with its own credentials. Targets that are scraped alike share a job.
 *
 * @param base interval, timeout and limits of all jobs; also their connection where nothing else is said
 * @param caFile the deployment's CA; empty = as in {@code base}
 * @param credentials user and password file of a node or component by its name; empty = none
 */
public record DeploymentTargets(
    ScrapeJob base, Optional<String> caFile, Function<String, Optional<ConnectionSettings.BasicAuth>> credentials) {
  private record Placed(String name, StaticTargets targets) {}

  /** Mistakes the types cannot express; each message begins with the path of the field. */
  public static List<Problem> check(List<NodeSettings> nodes, List<ComponentSettings> components) {
    List<Problem> problems = new ArrayList<>();
    java.util.Set<String> names = new java.util.HashSet<>();
    for (int i = 0; i < nodes.size(); i++) {
      NodeSettings node = nodes.get(i);
      String path = "nodes[" + i + "]";
      check(path, node.name(), node.address(), node.port(), problems);
      if (!node.name().isEmpty() && !names.add(node.name())) {
        problems.add(Problem.error("", 0, 0, path + ".name: there are two nodes named " + node.name()));
      }
    }
    for (int i = 0; i < components.size(); i++) {
      ComponentSettings component = components.get(i);
      check("components[" + i + "]", component.name(), component.address(), component.port().orElse(1L), problems);
    }
    return problems;
  }

  private static void check(String path, String name, String address, long port, List<Problem> problems) {
    if (name.isEmpty()) {
      problems.add(Problem.error("", 0, 0, path + ".name: expected a name, got an empty text"));
    }
    if (address.isEmpty() || address.indexOf('/') >= 0) {
      problems.add(Problem.error("", 0, 0, path + ".address: expected a host name or IP address without scheme and path, got \"" + address + "\""));
    }
    if (port < 1 || port > 65_535) {
      problems.add(Problem.error("", 0, 0, path + ".port: expected 1 to 65535, got " + port));
    }
  }

  /** The jobs; several components of one name are instances of one job. */
  public List<ScrapeJob> jobs(List<NodeSettings> nodes, List<ComponentSettings> components) {
    Map<ScrapeJob, List<Placed>> alike = new LinkedHashMap<>();
    for (NodeSettings node : nodes) {
      ScrapeJob job =
          base.withName(node.job())
              .withPage(ScrapeJob.Scheme.HTTPS, "/metrics")
              .withConnection(connection(node.name(), node.username(), node.password(), node.passwordFile()));
      List<TextEntry> labels = new ArrayList<>(List.of(new TextEntry("node", node.name())));
      labels.addAll(node.labels());
      add(alike, job, node.name(), node.address(), node.port(), labels);
    }
    for (ComponentSettings component : components) {
      ComponentKind kind = component.kind();
      ScrapeJob job =
          base.withName(component.name())
              .withPage(component.scheme(), component.path().orElse(kind.path()))
              .withHonorLabels(kind.honorLabels())
              .withConnection(connection(component.name(), component.username(), component.password(), component.passwordFile()));
      add(alike, job, component.name(), component.address(), component.port().orElse((long) kind.port()), component.labels());
    }
    return named(alike);
  }

  private static void add(
      Map<ScrapeJob, List<Placed>> alike, ScrapeJob job, String name, String address, long port, List<TextEntry> labels) {
    boolean bareIpv6 = address.indexOf(':') >= 0 && !address.startsWith("[");
    String host = bareIpv6 ? "[" + address + "]" : address;
    List<TextEntry> all = new ArrayList<>(List.of(new TextEntry("job", job.name())));
    all.addAll(labels);
    alike.computeIfAbsent(job, j -> new ArrayList<>()).add(new Placed(name, new StaticTargets(List.of(host + ":" + port), all)));
  }

  /** Names must be unique: where targets of one job differ in credentials, the first target's name tells the parts apart. */
  private static List<ScrapeJob> named(Map<ScrapeJob, List<Placed>> alike) {
    Map<String, Integer> parts = new LinkedHashMap<>();
    alike.keySet().forEach(job -> parts.merge(job.name(), 1, Integer::sum));
    List<ScrapeJob> jobs = new ArrayList<>();
    java.util.Set<String> taken = new java.util.HashSet<>();
    alike.forEach(
        (job, placed) -> {
          boolean alone = Integer.valueOf(1).equals(parts.get(job.name()));
          String wanted = alone ? job.name() : job.name() + "/" + placed.getFirst().name();
          String name = wanted;
          for (int i = 2; !taken.add(name); i++) {
            name = wanted + "-" + i;
          }
          jobs.add(job.withName(name).withTargets(placed.stream().map(Placed::targets).toList()));
        });
    return jobs;
  }

  private ConnectionSettings connection(
      String name, Optional<String> username, Optional<Secret> password, Optional<String> passwordFile) {
    ConnectionSettings connection = base.connection();
    if (caFile.isPresent()) {
      connection = connection.withTls(ConnectionSettings.Tls.ca(caFile.get()));
    }
    if (username.isPresent()) {
      return connection.withBasicAuth(
          new ConnectionSettings.BasicAuth(username.get(), Optional.empty(), password.orElse(Secret.EMPTY), passwordFile));
    }
    Optional<ConnectionSettings.BasicAuth> own = credentials.apply(name);
    return own.isPresent() ? connection.withBasicAuth(own.get()) : connection;
  }
}
