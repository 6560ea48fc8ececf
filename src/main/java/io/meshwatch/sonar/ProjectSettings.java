package io.meshwatch.sonar;

import java.util.List;

/**
 * A project whose tenants are smoke-tested.
 *
 * @param projectName identifier of the project
 * @param targets its platforms
 */
public record ProjectSettings(String projectName, List<TargetSettings> targets) {}
