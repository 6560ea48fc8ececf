/**
 * Floor 3. The client of meshStack's external API, as a real user's programs use it: identity broker, meshObjects, access URLs.
 * The only place that knows that API; it knows nothing of schedules, runs or series. Open
 * {@link io.meshwatch.sonar.meshstack.MeshStackSession} first.
 */
@NullMarked
package io.meshwatch.sonar.meshstack;

import org.jspecify.annotations.NullMarked;
