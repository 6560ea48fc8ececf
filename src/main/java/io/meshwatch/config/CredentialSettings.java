package io.meshwatch.config;

import java.util.Optional;

/**
 * The deployment's certificates and scrape passwords.
 *
 * @param folder where they lie; empty = {@code credentials} in the data folder. A relative path counts from the data folder
 * @param onePasswordForAll whether all targets share one password
 * @param certificateDays how long server certificates are valid
 */
public record CredentialSettings(Optional<String> folder, boolean onePasswordForAll, int certificateDays) {
  public static CredentialSettings defaults() {
    return new CredentialSettings(Optional.empty(), false, 397);
  }
}
