package io.meshwatch.environment;

/**
 * A world in memory that only moves when it is told to: the same product runs on it, a week in seconds, and the same steps give the
 * same result every time. Listeners opened here are reached through the network here. Use from one thread.
 */
public final class SimulatedEnvironment {
  private final SimulatedTime time;
  private final SimulatedNetwork network;
  private final SimulatedDisk disk;
  private final Environment environment;

  /** A world that begins at this wall time. */
  public SimulatedEnvironment(long startMillis) {
    time = new SimulatedTime(startMillis);
    network = new SimulatedNetwork(time);
    disk = new SimulatedDisk();
    environment = new Environment(time, time, new InlineWorkers(), network, disk, network, new Telemetry());
  }

  public Environment environment() {
    return environment;
  }

  public SimulatedTime time() {
    return time;
  }

  public SimulatedNetwork network() {
    return network;
  }

  public SimulatedDisk disk() {
    return disk;
  }

  /** The same world for a process that starts again: new metrics, the same time, network and disk. */
  public Environment restarted() {
    return new Environment(time, time, new InlineWorkers(), network, disk, network, new Telemetry());
  }
}
