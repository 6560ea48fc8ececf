package io.meshwatch.environment;

import java.util.Optional;

/**
 * A request that a listener answered.
 *
 * @param atMillis when the answer was finished
 * @param listener name of the listener
 * @param remoteAddress address of the other side
 * @param user who logged in; empty if the listener asks for no login or refused it
 * @param loginFailed whether a user and password were given that are wrong
 * @param path without the query, which may hold what should not be written down
 * @param status of the answer
 * @param durationMillis from request to answer
 */
public record AccessEntry(
    long atMillis,
    String listener,
    String remoteAddress,
    Optional<String> user,
    boolean loginFailed,
    String method,
    String path,
    int status,
    long durationMillis) {}
