package io.meshwatch.environment;

/** The real world: the machine's clock, threads, sockets and files. Close it last; it ends its threads and connections. */
public final class SystemEnvironment implements AutoCloseable {
  private final SystemTimers timers;
  private final PlatformWorkers workers;
  private final PooledNetwork network;
  private final Environment environment;

  public SystemEnvironment() {
    Telemetry telemetry = new Telemetry();
    Clock clock = new SystemClock();
    timers = new SystemTimers(clock, telemetry);
    workers = new PlatformWorkers(Runtime.getRuntime().availableProcessors());
    network = new PooledNetwork(clock, timers);
    environment =
        new Environment(clock, timers, workers, network, new SystemDisk(), new JettyListeners(timers, clock), telemetry);
  }

  public Environment environment() {
    return environment;
  }

  @Override
  public void close() {
    network.close();
    workers.close();
    timers.close();
  }
}
