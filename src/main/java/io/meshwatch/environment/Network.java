package io.meshwatch.environment;

/** HTTP to other machines. Failures of the other side are values. Safe for all threads; calls block. */
public interface Network {
  /** Sends a request and reads the answer within its limits. Connections and TLS sessions are kept and used again. */
  HttpResult exchange(HttpCall call) throws InterruptedException;
}
