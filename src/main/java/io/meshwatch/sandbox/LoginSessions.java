package io.meshwatch.sandbox;

import java.util.LinkedHashMap;
import java.util.Optional;

/**
 * What the identity broker remembers between two requests: logins under way, codes, refresh tokens. Each is kept for half an hour
 * and can be taken once; the oldest go first when there are too many. Guarded by this.
 */
final class LoginSessions {
  private static final int SESSIONS_MAX = 10_000;
  private static final long LIFETIME_MILLIS = 1_800_000;

  /** Oldest first. */
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();

  private record Entry(Login login, long sinceMillis) {}

  /**
   * A login under way or done.
   *
   * @param clientId who asked
   * @param redirectUri where the code goes; empty without a form
   * @param scope as requested
   * @param state the client's, handed back
   * @param nonce the client's, put into the ID token
   * @param challenge PKCE (RFC 7636); empty for none
   * @param challengeMethod S256 or plain
   */
  record Login(String clientId, String redirectUri, String scope, String state, String nonce, String challenge, String challengeMethod) {
    static Login ofGrant(String clientId, String scope) {
      return new Login(clientId, "", scope, "", "", "", "");
    }
  }

  synchronized void put(String key, Login login, long nowMillis) {
    while (entries.size() >= SESSIONS_MAX) {
      entries.pollFirstEntry();
    }
    entries.put(key, new Entry(login, nowMillis));
  }

  /** Takes an entry away; empty if there is none or it is too old. */
  synchronized Optional<Login> take(String key, long nowMillis) {
    Entry entry = entries.remove(key);
    return Optional.ofNullable(entry).filter(e -> nowMillis - e.sinceMillis() < LIFETIME_MILLIS).map(Entry::login);
  }
}
