package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import java.util.ArrayList;
import java.util.List;

/** Makes the discoveries of a job from its settings. */
final class Discoveries {
  private Discoveries() {}

  static List<Discovery> of(DiscoverySettings settings, Environment environment) {
    List<Discovery> discoveries = new ArrayList<>();
    settings.files().forEach(s -> discoveries.add(new FileDiscovery(s, environment.disk())));
    settings.http().forEach(s -> discoveries.add(new HttpDiscovery(s, environment)));
    settings.dns().forEach(s -> discoveries.add(new DnsDiscovery(s, environment.network())));
    settings.kubernetes().forEach(s -> discoveries.add(new KubernetesDiscovery(s, environment)));
    return discoveries;
  }
}
