/**
 * Floor 3. Sonar: live smoke tests that use meshStack as a user does and say what is broken. Open
 * {@link io.meshwatch.sonar.Sonar} first, then {@link io.meshwatch.sonar.JourneyRunner}.
 */
@NullMarked
package io.meshwatch.sonar;

import org.jspecify.annotations.NullMarked;
