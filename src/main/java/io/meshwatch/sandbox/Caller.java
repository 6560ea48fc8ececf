package io.meshwatch.sandbox;

import java.util.Set;

/**
 * Who asks the backend.
 *
 * @param name for the access log
 * @param everything whether it may see the whole installation, as API users and API keys may
 * @param customer the customer its token is for; empty if for none
 * @param projects the projects its token is for, as {@code customer.project}
 */
record Caller(String name, boolean everything, String customer, Set<String> projects) {
  boolean sees(String customerName) {
    return everything || customer.equals(customerName);
  }

  boolean sees(World.Project project) {
    return everything || (customer.equals(project.customer()) && projects.contains(project.identifier()));
  }
}
