package io.meshwatch.cli;

import io.meshwatch.environment.TlsTrust;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which smoke tests a command is about: those of a meshwatch that runs, unless a configuration is named. */
final class SonarOptions {
  private static final String DEFAULT_URL = "http://127.0.0.1:9480";

  @Option(names = "--config", paramLabel = "FILE",
      description = "configuration in Dhall: this process does it itself. Without it, a running meshwatch is asked")
  private @Nullable Path configFile;

  @Option(names = "--data", paramLabel = "DIR", description = "with --config: where runs are kept, default ./data")
  private Path dataFolder = Path.of("data");

  @Option(names = "--url", paramLabel = "URL", description = "the meshwatch that is asked, default " + DEFAULT_URL)
  private String url = DEFAULT_URL;

  @Option(names = "--user", paramLabel = "NAME", description = "user for Basic auth; the password is read from MESHWATCH_PASSWORD")
  private @Nullable String user;

  @Option(names = "--ca", paramLabel = "FILE", description = "certificates (PEM) that are trusted for --url")
  private @Nullable Path ca;

  /** A meshwatch that runs. */
  record Server(String url, Optional<String> user, TlsTrust trust) {}

  /** Opens the smoke tests; close them. */
  SonarSource open() {
    Path file = configFile;
    return file == null
        ? new RemoteSonar(new Server(url, Optional.ofNullable(user), Optional.ofNullable(ca).map(TlsTrust::ca).orElse(TlsTrust.PUBLIC)))
        : new LocalSonar(file, dataFolder);
  }
}
