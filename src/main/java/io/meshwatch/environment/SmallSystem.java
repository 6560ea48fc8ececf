package io.meshwatch.environment;

/**
 * As much of the real world as a program needs that only shows a page to a few clients: its classes and threads take a third of the
 * memory that {@link SystemEnvironment} takes.
 *
 * @param clock time
 * @param disk files
 * @param listeners GET and HEAD over HTTP/1.1 for a few connections
 * @param telemetry its own metrics
 */
public record SmallSystem(Clock clock, Disk disk, Listeners listeners, Telemetry telemetry) {
  /** The machine's clock, files and sockets. */
  public static SmallSystem create() {
    Clock clock = new SystemClock();
    return new SmallSystem(clock, new SystemDisk(), new PageListeners(clock), new Telemetry());
  }
}
