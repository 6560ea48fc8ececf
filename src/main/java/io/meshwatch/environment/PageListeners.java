package io.meshwatch.environment;

import java.util.function.Consumer;

/**
 * Listeners for a program that shows a page to a few clients and has to stay small: HTTP/1.1 without request bodies, a platform thread
 * for each of a few connections, over the JDK's own TLS.
 */
final class PageListeners implements Listeners {
  private final Clock clock;
  private volatile Consumer<AccessEntry> observer = entry -> {};

  PageListeners(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void onAccess(Consumer<AccessEntry> newObserver) {
    observer = newObserver;
  }

  @Override
  public HttpListener open(ListenerSpec spec, HttpHandler handler) {
    return new PageListener(spec, handler, clock, entry -> observer.accept(entry));
  }
}
