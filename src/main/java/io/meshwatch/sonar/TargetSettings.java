package io.meshwatch.sonar;

/**
 * A platform of a project that is smoke-tested.
 *
 * @param platformName identifier of the platform, {@code platform.location}
 * @param url the project's access URL of this platform
 * @param accessMethod how the access URL is asked; GET falls back to POST by itself
 * @param criteria when a run is good
 */
public record TargetSettings(String platformName, String url, String accessMethod, SuccessCriteria criteria) {
  public static TargetSettings defaults() {
    return new TargetSettings("", "", "GET", SuccessCriteria.defaults());
  }
}
