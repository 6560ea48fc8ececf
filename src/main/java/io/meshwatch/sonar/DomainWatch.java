package io.meshwatch.sonar;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.sonar.RdapClient.Registration;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns once a day when the domains that meshStack lives under end; an hour after a look that failed it looks again. A domain nobody
 * renewed takes everything with it at once, and no smoke test sees it coming.
 *
 * <p>Starting and closing are confined to one thread, the rest to the timer's ticks.
 */
final class DomainWatch {
  private static final Logger LOG = LoggerFactory.getLogger(DomainWatch.class);
  /** The first look waits until the smoke tests have begun. */
  private static final long SOON_MILLIS = 1_000;
  private static final long HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final Environment environment;
  private final SeriesGroup series;
  /** The hosts that the smoke tests use. */
  private final Supplier<Set<String>> hosts;
  private Optional<DomainExpirySettings> settings = Optional.empty();
  private Timers.@Nullable Timer timer;

  /** One configuration's looks; confined to their ticks. */
  private final class Looks {
    private final DomainExpirySettings asked;
    private final RdapClient registry;
    /** By the name that was asked for. */
    private final Map<String, Long> learntAtMillis = new LinkedHashMap<>();
    private final Map<String, String> troubles = new LinkedHashMap<>();

    Looks(DomainExpirySettings asked, String base) {
      this.asked = asked;
      this.registry = new RdapClient(environment.network(), base);
    }

    void look(long nowMillis) throws InterruptedException {
      boolean configured = !asked.names().isEmpty();
      Set<String> registered = new LinkedHashSet<>();
      for (String name : configured ? asked.names() : names(hosts.get())) {
        boolean known = learntAtMillis.getOrDefault(name, 0L) > nowMillis - DAY_MILLIS + HOUR_MILLIS / 2;
        if (!known && registered.stream().noneMatch(domain -> isWithin(name, domain))) {
          look(name, configured, nowMillis).ifPresent(registered::add);
        }
      }
    }

    private Optional<String> look(String name, boolean mustExist, long nowMillis) throws InterruptedException {
      try {
        Optional<Registration> found = registry.registration(name);
        if (found.isEmpty() && mustExist) {
          throw new IOException("no registry knows " + name);
        }
        found.ifPresent(domain -> series.set(MetricName.DOMAIN_EXPIRY, domain.endsMillis() / 1e3, "domain", domain.name()));
        learntAtMillis.put(name, nowMillis);
        tell(name, "");
        return found.map(Registration::name);
      } catch (IOException noAnswer) {
        tell(name, String.valueOf(noAnswer.getMessage()));
        return Optional.empty();
      }
    }

    private void tell(String name, String trouble) {
      series.set(MetricName.DOMAIN_LOOKUP_SUCCESS, trouble.isEmpty() ? 1 : 0, "name", name);
      String before = troubles.put(name, trouble);
      if (!trouble.isEmpty() && !trouble.equals(before)) {
        LOG.warn("the end of the registration of {} cannot be learnt: {}", name, trouble);
      }
    }
  }

  /**
   * @param series where the ends are written
   * @param hosts the hosts that the smoke tests use; asked anew for each look
   */
  DomainWatch(Environment environment, SeriesGroup series, Supplier<Set<String>> hosts) {
    this.environment = environment;
    this.series = series;
    this.hosts = hosts;
  }

  /** Goes by these settings from now on. */
  void apply(DomainExpirySettings changed) {
    if (settings.filter(changed::equals).isPresent()) {
      return;
    }
    close();
    settings = Optional.of(changed);
    series.removeAll(MetricName.DOMAIN_EXPIRY);
    series.removeAll(MetricName.DOMAIN_LOOKUP_SUCCESS);
    changed.rdapUrl().ifPresent(base -> {
      Looks looks = new Looks(changed, base);
      timer = environment.timers().every("sonar domains", HOUR_MILLIS, environment.clock().wallMillis() + SOON_MILLIS, looks::look);
    });
  }

  /** Names that a registry can know: no addresses, nothing without a dot. */
  private static List<String> names(Collection<String> hosts) {
    return hosts.stream().filter(host -> host.contains(".") && !host.matches("[0-9.]+|.*:.*")).limit(SettingsCheck.DOMAINS_MAX).toList();
  }

  private static boolean isWithin(String name, String domain) {
    return name.equals(domain) || name.endsWith("." + domain);
  }

  /** Asks nobody any more. */
  void close() {
    Timers.Timer current = timer;
    if (current != null) {
      current.cancel(true);
      timer = null;
    }
  }
}
