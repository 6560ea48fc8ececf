package io.meshwatch.environment;

/**
 * A question to one name server.
 *
 * @param server {@code host} or {@code host:port}; empty = the system's first
 * @param name what is asked for
 * @param type A, MX, SOA…
 * @param tcp whether it goes over TCP instead of UDP
 * @param recursion whether the server may ask others
 * @param timeoutMillis for everything together
 */
public record DnsCall(String server, String name, String type, boolean tcp, boolean recursion, long timeoutMillis) {}
