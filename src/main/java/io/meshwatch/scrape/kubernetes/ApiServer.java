package io.meshwatch.scrape.kubernetes;

import io.meshwatch.environment.HttpCall;

/** Makes requests to the cluster's API server with the credentials for it. */
@FunctionalInterface
public interface ApiServer {
  /** A GET of this path with its query. */
  HttpCall get(String pathAndQuery, long timeoutMillis, long bodyBytesMax) throws InterruptedException;
}
