package io.meshwatch.sandbox;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** How often users and clients logged in, by event and error: the identity broker's metrics. Guarded by this. */
final class LoginCounts {
  private final Map<Event, Long> counts = new TreeMap<>(java.util.Comparator.comparing(Event::name).thenComparing(Event::error));

  /** An event as Keycloak counts it; the error is empty for a success. */
  record Event(String name, String error) {}

  LoginCounts() {
    for (String name : new String[] {"login", "refresh_token", "code_to_token", "client_login", "logout"}) {
      counts.put(new Event(name, ""), 0L);
    }
    counts.put(new Event("login", "invalid_user_credentials"), 0L);
  }

  synchronized void count(String name, String error) {
    counts.merge(new Event(name, error), 1L, Long::sum);
  }

  synchronized Map<Event, Long> all() {
    return new LinkedHashMap<>(counts);
  }
}
