package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Names;
import io.meshwatch.scrape.kubernetes.Cluster;
import io.meshwatch.scrape.kubernetes.Kind;
import io.meshwatch.scrape.kubernetes.ObjectTargets;
import io.meshwatch.scrape.kubernetes.ObjectWatch;
import io.meshwatch.scrape.kubernetes.Role;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Targets of a Kubernetes cluster. Each kind of object in each namespace is followed by a {@link ObjectWatch} on a timer of its own;
 * {@link #find} only looks whether anything has changed, so that many changes at once cost one comparison of targets. Guarded by itself.
 */
final class KubernetesDiscovery implements Discovery {
  /** How often changes are taken over. */
  private static final long LOOK_MILLIS = 1_000;
  /** After a fault of our own, so that it does not fill the log. */
  private static final long PAUSE_MILLIS = 30_000;
  private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  /** Every cluster's own name for its API server. */
  private static final String OWN_CLUSTER = "https://kubernetes.default.svc";

  private final DiscoverySettings.FromKubernetes settings;
  private final Environment environment;
  private final List<ObjectWatch> watches = new ArrayList<>();
  private final List<Following> followings = new ArrayList<>();
  private long changesSeen = -1;
  private List<TargetGroup> groups = List.of();

  KubernetesDiscovery(DiscoverySettings.FromKubernetes settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
  }

  @Override
  public String name() {
    String where = settings.kubeconfigFile().orElse(settings.apiServer().isEmpty() ? "of this cluster" : settings.apiServer());
    return "kubernetes " + settings.role().text() + " " + where;
  }

  @Override
  public long refreshMillis() {
    return LOOK_MILLIS;
  }

  @Override
  public synchronized List<TargetGroup> find() {
    if (watches.isEmpty()) {
      begin();
    }
    Optional<String> failure = watches.stream().map(ObjectWatch::failure).flatMap(Optional::stream).findFirst();
    if (failure.isPresent()) {
      throw new DiscoveryException(failure.get());
    }
    long changes = watches.stream().mapToLong(ObjectWatch::changes).sum();
    if (changes != changesSeen) {
      changesSeen = changes;
      groups = settings.role().targets(Cluster.of(watches)).stream().map(KubernetesDiscovery::group).toList();
    }
    return groups;
  }

  private static TargetGroup group(ObjectTargets targets) {
    return new TargetGroup(targets.source(), targets.targets(), targets.labels());
  }

  private void begin() {
    KubernetesServer server = server();
    Credentials credentials = new Credentials(server.connection(), environment);
    for (Kind kind : settings.role().kinds(settings.attachNode(), settings.attachNamespace())) {
      for (String namespace : kind.isClusterWide() ? List.of("") : namespaces()) {
        watches.add(new ObjectWatch(kind, namespace, selector(kind).label(), selector(kind).field(),
            (path, timeoutMillis, bodyBytesMax) -> credentials.get(URI.create(server.url() + path), List.of(), timeoutMillis, bodyBytesMax),
            environment.network()));
      }
    }
    watches.forEach(watch -> followings.add(new Following(watch)));
    followings.forEach(following -> following.plan(0));
  }

  private DiscoverySettings.Selector selector(Kind kind) {
    return settings.selectors().stream().filter(s -> s.role().kind() == kind).findFirst().orElse(DiscoverySettings.Selector.defaults());
  }

  private KubernetesServer server() {
    try {
      if (settings.kubeconfigFile().isPresent()) {
        return KubernetesServer.ofKubeconfig(Path.of(settings.kubeconfigFile().get()), environment.disk());
      }
    } catch (IOException e) {
      throw new DiscoveryException("kubeconfig " + settings.kubeconfigFile().get() + " cannot be used: " + e.getMessage());
    }
    return settings.apiServer().isEmpty() ? KubernetesServer.around(OWN_CLUSTER, SERVICE_ACCOUNT) : KubernetesServer.at(settings.apiServer(), settings.connection());
  }

  /** Names of the namespaces to look at; an empty one stands for all of them. */
  private List<String> namespaces() {
    List<String> namespaces = new ArrayList<>(settings.namespaces());
    if (settings.ownNamespace()) {
      Path file = SERVICE_ACCOUNT.resolve("namespace");
      try {
        namespaces.add(new String(environment.disk().readAll(file), StandardCharsets.UTF_8).strip());
      } catch (IOException e) {
        throw new DiscoveryException("file " + file + ", which names our own namespace, cannot be read: " + e.getMessage());
      }
    }
    return namespaces.isEmpty() ? List.of("") : namespaces.stream().distinct().toList();
  }

  @Override
  public synchronized void close() {
    followings.forEach(Following::stop);
  }

  /** Lets a watch take its turns, one after the other. */
  private final class Following {
    private final ObjectWatch watch;
    private Optional<Timers.Timer> timer = Optional.empty();
    private boolean stopped;

    Following(ObjectWatch watch) {
      this.watch = watch;
    }

    synchronized void plan(long delayMillis) {
      if (!stopped) {
        timer = Optional.of(environment.timers().once("follow " + name(), environment.clock().wallMillis() + delayMillis, due -> turn()));
      }
    }

    private void turn() throws InterruptedException {
      long delayMillis = LOOK_MILLIS;
      try {
        delayMillis = watch.turn();
      } catch (ScrapeFailure e) {
        watch.fail(e.outcome().reason());
      } catch (RuntimeException e) {
        plan(PAUSE_MILLIS);
        throw e;
      }
      plan(delayMillis);
    }

    synchronized void stop() {
      stopped = true;
      timer.ifPresent(running -> running.cancel(true));
    }
  }

  /** Mistakes the types cannot express; each is a sentence about the fields of a {@code kubernetes_sd_config}. */
  static List<String> check(DiscoverySettings.FromKubernetes settings) {
    List<String> problems = new ArrayList<>();
    boolean ownConnection = !settings.connection().equals(ConnectionSettings.defaults());
    if (settings.kubeconfigFile().isPresent() && !settings.apiServer().isEmpty()) {
      problems.add("cannot use 'kubeconfig_file' and 'api_server' simultaneously");
    }
    if (settings.kubeconfigFile().isPresent() && ownConnection) {
      problems.add("cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
    } else if (settings.apiServer().isEmpty() && ownConnection) {
      problems.add("to use custom HTTP client configuration please provide the 'api_server' URL explicitly");
    }
    if (settings.ownNamespace() && !settings.apiServer().isEmpty()) {
      problems.add("cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
    }
    if (settings.ownNamespace() && settings.kubeconfigFile().isPresent()) {
      problems.add("cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
    }
    checkSelectors(settings, problems);
    return problems;
  }

  private static void checkSelectors(DiscoverySettings.FromKubernetes settings, List<String> problems) {
    List<Role> seen = new ArrayList<>();
    for (DiscoverySettings.Selector selector : settings.selectors()) {
      if (seen.contains(selector.role())) {
        problems.add("duplicated selector role: " + selector.role().text());
      }
      seen.add(selector.role());
      List<Role> selectable = settings.role().selectable();
      if (!selectable.contains(selector.role())) {
        problems.add(settings.role().text() + " role supports only " + String.join(", ", selectable.stream().map(Role::text).toList()) + " selectors");
      }
      for (String term : selector.field().isEmpty() ? new String[0] : selector.field().split(",", -1)) {
        if (!term.contains("=")) {
          problems.add("invalid selector: " + Names.quote(selector.field()).replace('"', '\'') + "; can't understand '" + term + "'");
        }
      }
    }
  }
}
