package io.meshwatch.scrape;

import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.exposition.Pages;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/** A simulated world with a target, a store and a scraper; one scrape every 15 s. */
final class ScrapeWorld {
  static final int PORT = 9100;
  static final long INTERVAL_MILLIS = 15_000;
  private static final String TEXT = "text/plain; version=0.0.4";

  final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  final RecordingStore store = new RecordingStore();
  final Scraper scraper = new Scraper(world.environment(), store::appender);
  String page = "a 1\n";
  String contentType = TEXT;
  int status = 200;

  ScrapeWorld() {
    listen(PORT, Optional.empty(), (request, reply) -> reply.status(status).send(contentType, page));
  }

  void listen(int port, Optional<BiPredicate<String, String>> login, HttpHandler handler) {
    world.environment().listeners().open(new ListenerSpec("target", "127.0.0.1", port, Optional.empty(), login, 1000), handler);
  }

  static ScrapeJob job(String... addresses) {
    return ScrapeJob.defaults()
        .withName("j")
        .withPage(ScrapeJob.Scheme.HTTP, "/metrics")
        .withTargets(List.of(new StaticTargets(List.of(addresses), List.of())));
  }

  void apply(ScrapeJob... jobs) throws InterruptedException {
    scraper.apply(List.of(jobs));
  }

  /** Lets every target be scraped once. */
  void scrape() {
    world.time().advance(INTERVAL_MILLIS);
  }

  /** Lets the target show this page once. */
  void scrape(String newPage) {
    page = newPage;
    scrape();
  }

  TargetStatus target() {
    return scraper.targets().getFirst();
  }

  /** A value of meshwatch's own metrics. */
  double own(String series) {
    return Pages.value(world.environment().telemetry().exposition(), series);
  }
}
