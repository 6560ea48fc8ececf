/**
 * Floor 4. The whole configuration as one record of the features' own records; loading and checking it. Open
 * {@link io.meshwatch.config.Config} first.
 */
@NullMarked
package io.meshwatch.config;

import org.jspecify.annotations.NullMarked;
