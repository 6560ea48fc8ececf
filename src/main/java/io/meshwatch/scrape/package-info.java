/**
 * Floor 3. Finds targets, asks each of them for its metrics at its own time, and writes what they say to the engine. Open
 * {@link io.meshwatch.scrape.Scraper} first, then {@link io.meshwatch.scrape.TargetLoop}.
 */
@NullMarked
package io.meshwatch.scrape;

import org.jspecify.annotations.NullMarked;
