package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.model.Labels;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Targets from a service that answers with target groups in JSON. */
final class HttpDiscovery implements Discovery {
  private static final long TIMEOUT_MILLIS = 30_000;
  private static final long BODY_BYTES_MAX = 64L << 20;
  private static final String URL = "__meta_url";

  private final DiscoverySettings.FromHttp settings;
  private final Environment environment;
  private final Credentials credentials;

  HttpDiscovery(DiscoverySettings.FromHttp settings, Environment environment) {
    this.settings = settings;
    this.environment = environment;
    this.credentials = new Credentials(settings.connection(), environment);
  }

  @Override
  public String name() {
    return "http " + settings.url();
  }

  @Override
  public long refreshMillis() {
    return Math.max(1000, Math.round(settings.refreshSeconds() * 1000));
  }

  @Override
  public List<TargetGroup> find() throws InterruptedException {
    List<HttpCall.Header> headers =
        List.of(
            new HttpCall.Header("Accept", "application/json"),
            new HttpCall.Header("X-Prometheus-Refresh-Interval-Seconds", Long.toString(refreshMillis() / 1000)));
    HttpResult result;
    try {
      result = environment.network().exchange(credentials.get(URI.create(settings.url()), headers, TIMEOUT_MILLIS, BODY_BYTES_MAX));
    } catch (ScrapeFailure e) {
      throw new DiscoveryException(e.outcome().reason());
    }
    return switch (result) {
      case HttpResult.Failure f -> throw new DiscoveryException(f.message());
      case HttpResult.Answer a when a.status() != 200 -> throw new DiscoveryException(settings.url() + " answered with status " + a.status());
      case HttpResult.Answer a when !a.header("Content-Type").orElse("").startsWith("application/json") ->
          throw new DiscoveryException(
              settings.url() + ": expected Content-Type application/json, got " + a.header("Content-Type").orElse("none"));
      case HttpResult.Answer a -> groups(a.text());
    };
  }

  private List<TargetGroup> groups(String text) {
    List<TargetGroup> groups = new ArrayList<>();
    for (TargetGroup group : TargetGroups.read(settings.url(), text)) {
      Labels labels = group.labels().toBuilder().set(URL, settings.url()).build();
      groups.add(new TargetGroup(group.source(), group.addresses(), labels));
    }
    return groups;
  }
}
