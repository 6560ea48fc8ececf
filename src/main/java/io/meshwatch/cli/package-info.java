/**
 * Floor 6. The commands of the terminal, one class each. Open {@link io.meshwatch.cli.MeshwatchCommand} first.
 */
@NullMarked
package io.meshwatch.cli;

import org.jspecify.annotations.NullMarked;
