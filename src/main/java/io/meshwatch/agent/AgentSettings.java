package io.meshwatch.agent;

import io.meshwatch.model.Secret;

/**
 * Where the agent listens and who may ask it.
 *
 * @param host address to bind
 * @param port port; 0 = any free one
 * @param certificateFile PEM certificate chain
 * @param keyFile its private key, PEM
 * @param username Basic auth
 * @param password Basic auth
 */
public record AgentSettings(String host, int port, String certificateFile, String keyFile, String username, Secret password) {
  public static AgentSettings defaults() {
    return new AgentSettings("127.0.0.1", 9482, "agent.crt", "agent.key", "scrape", Secret.EMPTY);
  }
}
