package io.meshwatch.sonar;

import io.meshwatch.model.Secret;
import java.util.List;

/**
 * A technical user with the projects it tests.
 *
 * @param username name of the technical user
 * @param password its password
 * @param customer identifier of the customer (workspace)
 * @param projects the projects
 */
public record ScopeSettings(String username, Secret password, String customer, List<ProjectSettings> projects) {}
