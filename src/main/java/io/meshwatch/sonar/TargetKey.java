package io.meshwatch.sonar;

import io.meshwatch.model.Labels;

/**
 * Which target, in the words of the configuration; also the labels of its series.
 *
 * @param scope the technical user's scope: its customer, numbered if several scopes have the same
 * @param customer identifier of the customer
 * @param project identifier of the project
 * @param platform identifier of the platform
 */
public record TargetKey(String scope, String customer, String project, String platform) {
  /** {@code customer.project.platform.location}, as meshStack names tenants: the label {@code target}. */
  public String name() {
    return customer + "." + project + "." + platform;
  }

  /** The labels that all series of the target have. */
  public Labels labels() {
    return Labels.of(
        Labels.JOB, "sonar", "scope", scope, "customer", customer, "project", project, "platform", platform, "target", name());
  }
}
