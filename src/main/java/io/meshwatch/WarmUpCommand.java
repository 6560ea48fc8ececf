package io.meshwatch;

import io.meshwatch.cli.ExitCode;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Runs the quickstart for a few seconds in a folder of its own, so that the JVM learns what it will need and the next start is quicker. */
@Command(name = "warm-up", hidden = true, description = "Runs shortly, for recording the JVM's start-up cache.")
final class WarmUpCommand implements Callable<Integer> {
  private static final long RUN_MILLIS = 8_000;
  private static final List<String> PAGES = List.of("/", "/api/meshwatch/v1/overview", "/api/v1/targets", "/api/v1/rules",
      "/api/v1/query?query=up", "/metrics");
  /** What rules and dashboards ask: selections, rates, sums, ranks, quantiles, matching, windows. */
  private static final List<String> QUERIES = List.of("up == 0", "sum by (job) (rate(scrape_samples_scraped[1m]))",
      "topk(3, sum by (__name__) ({job!=\"\"}))", "histogram_quantile(0.9, sum by (le) (rate({__name__=~\".+_bucket\"}[1m])))",
      "up * on (instance) group_left () scrape_duration_seconds", "avg_over_time(scrape_duration_seconds[1m]) > 0",
      "max_over_time(up[1m])", "count by (__name__) ({__name__=~\".+\"})", "increase({__name__=~\"node_.+_total\"}[1m])");
  private static final int QUERY_ROUNDS = 100;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("meshwatch-warm-up");
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      try (Quickstart quickstart = new Quickstart(environment, UpProgram.loader(environment), folder, "127.0.0.1:0", 0);
          Meshwatch meshwatch = Meshwatch.start(environment, quickstart.config(), folder,
              Meshwatch.Outside.real(environment, quickstart::config, folder));
          ScrapeTraining training = new ScrapeTraining(environment, folder.resolve("training"))) {
        environment.clock().sleep(RUN_MILLIS);
        String address = "http://127.0.0.1:" + meshwatch.port();
        for (String page : PAGES) {
          get(environment, address + page);
        }
        askOftenEnoughToBeCompiled(environment, address);
        training.await(environment.clock());
      }
      environment.disk().delete(folder);
    }
    return ExitCode.FINE;
  }

  private static void askOftenEnoughToBeCompiled(Environment environment, String address) throws InterruptedException {
    long nowSeconds = environment.clock().wallMillis() / 1000;
    String range = "&start=" + (nowSeconds - 60) + "&end=" + nowSeconds + "&step=1";
    for (int round = 0; round < QUERY_ROUNDS; round++) {
      for (String query : QUERIES) {
        String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
        get(environment, address + "/api/v1/query?query=" + encoded);
        get(environment, address + "/api/v1/query_range?query=" + encoded + range);
      }
    }
  }

  private static void get(Environment environment, String url) throws InterruptedException {
    environment.network().exchange(HttpCall.get(URI.create(url), TlsTrust.PUBLIC));
  }
}
