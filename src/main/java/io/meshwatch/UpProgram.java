package io.meshwatch;

import io.meshwatch.cli.CommandFailedException;
import io.meshwatch.cli.ExitCode;
import io.meshwatch.cli.MeshwatchCommand;
import io.meshwatch.cli.PlainArguments;
import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Listeners;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.notify.NotificationStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main job: watches until it is told to stop. It can read plain arguments without the library that reads those of the other
 * commands, whose classes are too old for the JVM's start-up cache: loading them took a quarter of the start.
 *
 * @param configFile the configuration; empty = the quickstart
 * @param dataFolder where everything is kept
 * @param listen HOST:PORT of the page; empty = as configured
 * @param firstPort of the quickstart's sandbox, agent and mail sink
 */
record UpProgram(Optional<Path> configFile, Path dataFolder, Optional<String> listen, int firstPort) {
  private static final Logger LOG = LoggerFactory.getLogger(UpProgram.class);
  static final String DEFAULT_FOLDER = "data";
  static final String DEFAULT_LISTEN = "127.0.0.1:9480";
  static final int DEFAULT_FIRST_PORT = 9481;
  private static final String LOCK = "lock";

  /** Reads {@code up --config FILE --data DIR --listen HOST:PORT}; empty for whatever else may stand there, such as a call for help. */
  static Optional<UpProgram> of(String[] arguments) {
    return PlainArguments.of(arguments, "up", Set.of("--config", "--data", "--listen"))
        .map(values -> new UpProgram(
            Optional.ofNullable(values.get("--config")).map(Path::of), Path.of(values.getOrDefault("--data", DEFAULT_FOLDER)),
            Optional.ofNullable(values.get("--listen")), DEFAULT_FIRST_PORT));
  }

  /** Runs until the process is told to stop, and gives its exit code. */
  int runAlone(PrintWriter out, PrintWriter err) {
    try {
      return run(out);
    } catch (Exception e) {
      return MeshwatchCommand.explain(e, err);
    }
  }

  int run(PrintWriter out) throws InterruptedException {
    // Its library starts other programs to learn where it runs; the rest goes on meanwhile.
    Thread.ofPlatform().daemon().name("sqlite").start(NotificationStore::loadLibrary);
    try (FileChannel lock = lockedFolder();
        SystemEnvironment system = new SystemEnvironment();
        Running running = start(system.environment())) {
      CountDownLatch stop = new CountDownLatch(1);
      CountDownLatch stopped = new CountDownLatch(1);
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> awaitStop(stop, stopped)));
      running.print(out, dataFolder);
      HeapShape.slim(system.environment());
      stop.await();
      running.close();
      stopped.countDown();
      return lock.isOpen() ? ExitCode.FINE : ExitCode.FAILED;
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot use the data folder " + dataFolder + ": " + reason(e) + ". Choose another with --data DIR", e);
    }
  }

  /** The JVM ends when its hooks have, so the hook waits until everything is closed. */
  private static void awaitStop(CountDownLatch stop, CountDownLatch stopped) {
    stop.countDown();
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException denied -> "no permission to write " + denied.getFile();
      case java.nio.file.NoSuchFileException missing -> missing.getFile() + " cannot be made";
      case java.nio.file.FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Makes sure that the folder can be written and that no other meshwatch uses it. */
  private FileChannel lockedFolder() throws IOException {
    Files.createDirectories(dataFolder);
    FileChannel channel = FileChannel.open(dataFolder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held within this process: the same answer as held by another.
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new CommandFailedException("another meshwatch uses the data folder " + dataFolder + "; stop it or choose another with --data DIR");
    }
    return channel;
  }

  private Running start(Environment environment) throws IOException, InterruptedException {
    ConfigLoader loader = loader(environment);
    return configFile.isEmpty() ? startQuickstart(environment, loader) : startConfigured(environment, loader, configFile.get());
  }

  static ConfigLoader loader(Environment environment) {
    return new ConfigLoader(
        environment.disk(), name -> Optional.ofNullable(System.getenv(name)), Path.of(System.getProperty("user.home", ".")));
  }

  private Running startQuickstart(Environment environment, ConfigLoader loader) throws IOException, InterruptedException {
    Quickstart quickstart;
    try {
      quickstart = new Quickstart(environment, loader, dataFolder, listen.orElse(DEFAULT_LISTEN), firstPort);
    } catch (Listeners.PortTakenException e) {
      throw new CommandFailedException(e.getMessage() + "; move all ports of the quickstart with --ports-from PORT", e);
    }
    try {
      Meshwatch meshwatch = start(environment, quickstart.config(), Meshwatch.Outside.real(environment, quickstart::config, dataFolder));
      return new Running(meshwatch, Optional.of(quickstart));
    } catch (IOException | RuntimeException e) {
      quickstart.close();
      throw e;
    }
  }

  private Running startConfigured(Environment environment, ConfigLoader loader, Path file) throws IOException, InterruptedException {
    Meshwatch.Outside outside = Meshwatch.Outside.real(environment, () -> read(loader, file), ConfigLoader.folder(file));
    return new Running(start(environment, read(loader, file), outside), Optional.empty());
  }

  /** Reads the configuration, also when it is taken over again; what deserves attention is logged each time. */
  private Config read(ConfigLoader loader, Path file) {
    ConfigLoader.Loaded loaded = loader.load(file);
    loaded.warnings().forEach(warning -> LOG.warn("{}", warning));
    return withListen(loaded.config());
  }

  private Config withListen(Config config) {
    return listen.map(config::withListen).orElse(config);
  }

  private Meshwatch start(Environment environment, Config config, Meshwatch.Outside outside) throws IOException, InterruptedException {
    try {
      return Meshwatch.start(environment, config, dataFolder, outside);
    } catch (Listeners.PortTakenException e) {
      throw new CommandFailedException(e.getMessage() + "; choose another with --listen HOST:PORT", e);
    }
  }

  /** What runs. Closing it twice does no harm. */
  private static final class Running implements AutoCloseable {
    private final Meshwatch meshwatch;
    private final Optional<Quickstart> quickstart;
    private boolean closed;

    Running(Meshwatch meshwatch, Optional<Quickstart> quickstart) {
      this.meshwatch = meshwatch;
      this.quickstart = quickstart;
    }

    void print(PrintWriter out, Path dataFolder) {
      Config config = meshwatch.config();
      out.println();
      out.println("  meshwatch is ready" + sinceStart() + ".");
      out.println();
      out.println("  page      " + config.pageUrl());
      out.println("  data      " + dataFolder.toAbsolutePath().normalize());
      quickstart.ifPresentOrElse(
          q -> out.println("  mails     " + q.controlUrl() + "  (mails that would be sent, and switches to break things)"),
          () -> out.println("  mails     " + config.mail().map(mail -> "to " + mail.host() + ":" + mail.effectivePort()).orElse("none, no relay is configured")));
      out.println("  watches   " + watched(config));
      out.println();
      out.flush();
    }

    private String watched(Config config) {
      String sonar = config.sonar().map(s -> count(meshwatch.sonarTargets(), "smoke test")).orElse("no smoke tests");
      String what = quickstart.isPresent() ? "this machine, meshwatch itself and a simulated meshStack: " : "";
      return what + count(config.nodes().size(), "node") + ", " + count(config.components().size(), "component") + ", " + sonar;
    }

    private static String count(int number, String thing) {
      return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** The launcher says when it began; without it the JVM's own start would leave out what came before. */
    private static String sinceStart() {
      Long launchedAt = Long.getLong("meshwatch.launchedAt");
      return launchedAt == null
          ? ""
          : String.format(java.util.Locale.ROOT, " after %.1f s", (System.currentTimeMillis() - launchedAt) / 1000.0);
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        meshwatch.close();
        quickstart.ifPresent(Quickstart::close);
      }
    }
  }
}
