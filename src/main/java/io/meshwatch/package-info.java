/**
 * Floor 7. Picks a command and joins the parts. Open {@link io.meshwatch.Meshwatch} first.
 */
@NullMarked
package io.meshwatch;

import org.jspecify.annotations.NullMarked;
