package io.meshwatch;

import io.meshwatch.cli.ExitCode;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import java.io.IOException;
import java.net.URI;
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

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("meshwatch-warm-up");
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      try (Quickstart quickstart = new Quickstart(environment, UpCommand.loader(environment), folder, "127.0.0.1:0", 0);
          Meshwatch meshwatch = Meshwatch.start(environment, quickstart.config(), folder,
              Meshwatch.Outside.real(environment, quickstart::config, folder));
          ScrapeTraining training = new ScrapeTraining(environment, folder.resolve("training"))) {
        environment.clock().sleep(RUN_MILLIS);
        for (String page : PAGES) {
          environment.network().exchange(HttpCall.get(URI.create("http://127.0.0.1:" + meshwatch.port() + page), TlsTrust.PUBLIC));
        }
      }
      environment.disk().delete(folder);
    }
    return ExitCode.FINE;
  }
}
