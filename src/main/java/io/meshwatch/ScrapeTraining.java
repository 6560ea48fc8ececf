package io.meshwatch;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.model.Secret;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.scrape.ConnectionSettings;
import io.meshwatch.scrape.ScrapeJob;
import io.meshwatch.scrape.Scraper;
import io.meshwatch.scrape.StaticTargets;
import io.meshwatch.scrape.TextEntry;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Scrapes small pages hundreds of times a second, over HTTPS with Basic auth and without, so that the JVM's start-up cache knows the way
 * of a scrape as well as an hour of real ones would teach it. Runs until it is closed.
 */
final class ScrapeTraining implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final String USER = "training";
  private static final int TARGETS = 50;
  private static final int SERIES = 50;
  /** Different pages, served in turn. */
  private static final int PAGES = 64;
  private static final double INTERVAL_SECONDS = 0.2;
  /** The JVM's compiler takes its time for what is called fewer than some thousand times. */
  private static final long SCRAPES = 12_000;
  private static final long SCRAPES_MILLIS_MAX = 30_000;
  private static final long LOOK_MILLIS = 100;
  private static final int REPLAYS = 3;

  private final Environment environment;
  private final Path store;
  private final HttpListener plain;
  private final HttpListener secured;
  private final EmbeddedEngine engine;
  private final Scraper scraper;
  private final AtomicLong scrapes = new AtomicLong();
  private final List<byte[]> pages = IntStream.range(0, PAGES).mapToObj(ScrapeTraining::page).toList();

  ScrapeTraining(Environment environment, Path folder) throws IOException, InterruptedException {
    this.environment = environment;
    this.store = folder.resolve("store");
    Credentials credentials = new Credentials(environment, folder.resolve("credentials"), CredentialSettings.defaults());
    credentials.init(List.of(new Credentials.Subject(USER, List.of(HOST))));
    plain = environment.listeners().open(new ListenerSpec("training", HOST, 0, Optional.empty(), Optional.empty(), 1 << 10), this::answer);
    secured = environment.listeners().open(
        new ListenerSpec("training", HOST, 0, Optional.of(credentials.serverTls(USER)), Optional.of((user, password) -> user.equals(USER)), 1 << 10),
        this::answer);
    engine = openEngine();
    scraper = new Scraper(environment, engine::appender);
    ConnectionSettings connection = ConnectionSettings.defaults()
        .withBasicAuth(new ConnectionSettings.BasicAuth(USER, Optional.empty(), Secret.of(USER), Optional.empty()))
        .withTls(ConnectionSettings.Tls.ca(credentials.authorityFile().toString()));
    scraper.apply(List.of(
        job("plain", ScrapeJob.Scheme.HTTP, plain.port()),
        job("secured", ScrapeJob.Scheme.HTTPS, secured.port()).withConnection(connection)));
  }

  /** Without snapshots of the head, so that the log is read as after a kill. */
  private EmbeddedEngine openEngine() throws IOException {
    return EmbeddedEngine.open(environment, store, StoreSettings.defaults().withoutHeadSnapshot(), QueryOptions.DEFAULT);
  }

  private static ScrapeJob job(String name, ScrapeJob.Scheme scheme, int port) {
    List<StaticTargets> targets = new ArrayList<>();
    for (int i = 0; i < TARGETS; i++) {
      targets.add(new StaticTargets(List.of(HOST + ":" + port), List.of(new TextEntry("instance", name + i))));
    }
    return ScrapeJob.defaults().withName(name).withTiming(INTERVAL_SECONDS, INTERVAL_SECONDS).withPage(scheme, "/metrics").withTargets(targets);
  }

  private void answer(HttpRequest request, HttpReply reply) throws IOException {
    byte[] page = pages.get((int) (scrapes.getAndIncrement() % PAGES));
    reply.header("Content-Type", "text/plain; version=0.0.4").send(page);
  }

  /** Counters that grow, gauges that wander: numbers of all the lengths that real pages have. */
  private static byte[] page(int count) {
    StringBuilder page = new StringBuilder(SERIES * 100);
    page.append("# HELP training_requests_total Requests.\n# TYPE training_requests_total counter\n");
    for (int i = 0; i < SERIES; i++) {
      double value = i % 3 == 0 ? (double) ((count + 1) * (i + 1)) : Math.sin(count + (double) i) * i;
      page.append("training_requests_total{method=\"GET\",handler=\"/api/v").append(i % 7).append("/objects/").append(i)
          .append("\",status=\"200\"} ").append(value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value)).append('\n');
    }
    return page.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Waits until there were enough scrapes, or as many as this machine could do. */
  void await(Clock clock) throws InterruptedException {
    for (long waited = 0; scrapes.get() < SCRAPES && waited < SCRAPES_MILLIS_MAX; waited += LOOK_MILLIS) {
      clock.sleep(LOOK_MILLIS);
    }
  }

  /** At the end the store is started anew some times: the way of a start after a kill, which should be quick, is learned too. */
  @Override
  public void close() throws IOException {
    scraper.close();
    engine.close();
    plain.close();
    secured.close();
    for (int i = 0; i < REPLAYS; i++) {
      openEngine().close();
    }
  }
}
