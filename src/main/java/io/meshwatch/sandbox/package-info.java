/**
 * Floor 3. A simulated meshStack: identity broker, meshObject API, platforms that replicate, management port, metrics of every
 * component, a mail sink, and faults that can be switched on and off. It shares no code with {@code sonar}, so that the two
 * check each other. Open {@link io.meshwatch.sandbox.Sandbox} first.
 */
@NullMarked
package io.meshwatch.sandbox;

import org.jspecify.annotations.NullMarked;
