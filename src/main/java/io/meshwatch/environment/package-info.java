/**
 * Floor 0. The outside world as interfaces: time, timers, workers, network, disk and meshwatch's own metrics. Everything above
 * is a function of its arguments, so the whole product also runs on {@link io.meshwatch.environment.SimulatedEnvironment}.
 * Open {@link io.meshwatch.environment.Environment} first.
 */
@NullMarked
package io.meshwatch.environment;

import org.jspecify.annotations.NullMarked;
