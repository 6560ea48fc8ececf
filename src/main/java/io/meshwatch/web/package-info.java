/**
 * Floor 5. The HTTP face: Prometheus' and Alertmanager's APIs, what neither has, and the page. Open
 * {@link io.meshwatch.web.WebServer} first.
 */
@NullMarked
package io.meshwatch.web;

import org.jspecify.annotations.NullMarked;
