package io.meshwatch.config;

import io.meshwatch.engine.StoreOptions;
import io.meshwatch.notify.NotifySettings;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.rules.RulePack;
import io.meshwatch.rules.RulesSettings;
import io.meshwatch.scrape.ComponentSettings;
import io.meshwatch.scrape.NodeSettings;
import io.meshwatch.scrape.ProbeSettings;
import io.meshwatch.sonar.Objectives;
import io.meshwatch.sonar.SonarSettings;
import java.util.List;
import java.util.Optional;

/**
 * What stands under {@code monitor} in meshStack's configuration model.
 *
 * @param installation name of the installation, shown in mails and on the page
 * @param operatorAlertAddresses mailboxes of the operators, who get every alert
 * @param additionalAlertAddresses further mailboxes, which get a copy
 * @param mail the relay that takes mails; without it alerts only show on the page
 * @param notification who is told what, and when
 * @param nodes machines to scrape
 * @param components components of meshStack to scrape
 * @param probes what is knocked at from outside
 * @param scrape what is common to all scrapes, and scrape sections taken over from a Prometheus
 * @param scrapeInterval seconds between two scrapes of a target
 * @param evaluationInterval seconds between two evaluations of a rule; also PromQL's default step of subqueries
 * @param rules which rules run, and how they differ from the shipped ones
 * @param retention how long samples are kept, and how many
 * @param store how the store treats disk and limits
 * @param sonar live smoke tests; without it there are none
 * @param credentials how the deployment's certificates and scrape passwords are made
 * @param listen where the page and the APIs listen, {@code HOST:PORT}
 * @param externalUrl where people reach the page, for links in mails; empty = {@code listen}
 * @param web who may use the page and the APIs
 * @param features what is switched on beyond the default, under the names of Prometheus' {@code --enable-feature}
 */
public record Config(
    String installation,
    List<String> operatorAlertAddresses,
    List<String> additionalAlertAddresses,
    Optional<MailSettings> mail,
    NotifySettings notification,
    List<NodeSettings> nodes,
    List<ComponentSettings> components,
    List<ProbeSettings> probes,
    ScrapeSettings scrape,
    double scrapeInterval,
    double evaluationInterval,
    RulesSettings rules,
    RetentionSettings retention,
    StoreOptions store,
    Optional<SonarSettings> sonar,
    CredentialSettings credentials,
    String listen,
    String externalUrl,
    WebSettings web,
    List<String> features) {
  private static final double DEFAULT_INTERVAL_SECONDS = 15;

  /** An installation that watches nothing. */
  public static Config defaults() {
    return new Config(
        "meshStack",
        List.of(),
        List.of(),
        Optional.empty(),
        NotifySettings.defaults(),
        List.of(),
        List.of(),
        List.of(),
        ScrapeSettings.defaults(),
        DEFAULT_INTERVAL_SECONDS,
        DEFAULT_INTERVAL_SECONDS,
        RulesSettings.defaults(),
        RetentionSettings.defaults(),
        StoreOptions.defaults(),
        Optional.empty(),
        CredentialSettings.defaults(),
        "127.0.0.1:9480",
        "",
        WebSettings.defaults(),
        List.of());
  }

  /** Where people reach the page, without a slash at the end. */
  public String pageUrl() {
    String scheme = web.certificateFile().isPresent() ? "https://" : "http://";
    String url = externalUrl.isEmpty() ? scheme + listen : externalUrl;
    return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /** What is promised about smoke tests: the parameters of the rules that tell when it is in danger. */
  public Objectives objectives() {
    return new Objectives(parameter("slo_sonar"), parameter("slo_replication"), parameter("slo_replication_seconds"),
        Math.round(parameter("slo_sonar_min")));
  }

  /** A parameter may be any expression; one that is no plain number counts as its default. */
  private double parameter(String name) {
    try {
      return Double.parseDouble(RulePack.shipped().parameter(name, rules));
    } catch (NumberFormatException expression) {
      return Double.parseDouble(RulePack.shipped().parameter(name, RulesSettings.defaults()));
    }
  }

  /** What {@link #features} switches on. */
  public Features switches() {
    return new Features(features);
  }

  /** This configuration with other settings of notification. */
  Config withNotification(NotifySettings other) {
    return new Config(installation, operatorAlertAddresses, additionalAlertAddresses, mail, other, nodes, components, probes, scrape,
        scrapeInterval, evaluationInterval, rules, retention, store, sonar, credentials, listen, externalUrl, web, features);
  }

  /** This configuration with the page elsewhere. */
  public Config withListen(String newListen) {
    return new Config(installation, operatorAlertAddresses, additionalAlertAddresses, mail, notification, nodes, components, probes, scrape,
        scrapeInterval, evaluationInterval, rules, retention, store, sonar, credentials, newListen, externalUrl, web, features);
  }
}
