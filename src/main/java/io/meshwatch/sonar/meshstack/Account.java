package io.meshwatch.sonar.meshstack;

import io.meshwatch.model.Secret;
import java.net.URI;

/**
 * The technical user and where it works.
 *
 * @param apiUrl scheme, host and port of meshStack's API
 * @param username its name
 * @param password its password
 * @param customer identifier of the customer (workspace)
 * @param broker how it logs in
 */
public record Account(URI apiUrl, String username, Secret password, String customer, IdentityBrokerSettings broker) {}
