package io.meshwatch.web;

import io.meshwatch.config.Features;
import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.Engine;
import io.meshwatch.engine.remote.RemoteReader;
import io.meshwatch.engine.remote.RemoteWriteReceiver;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.notify.Notifier;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.rules.RuleExplainer;
import io.meshwatch.rules.Rules;
import io.meshwatch.scrape.PushGateway;
import io.meshwatch.scrape.Scraper;
import io.meshwatch.sonar.Objectives;
import io.meshwatch.sonar.Sonar;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The page and all APIs on one listener. Closing it ends the listener. */
public final class WebServer implements AutoCloseable {
  private final Front front;

  /** The parts that are shown. */
  public record Parts(Environment environment, Engine engine, Scraper scraper, Rules rules, Notifier notifier, Sonar sonar, PushGateway pushGateway) {}

  /**
   * What is said about the server.
   *
   * @param installation name of the installation
   * @param version of meshwatch
   * @param pageUrl where people reach the page
   * @param startedAtMillis when it started
   * @param retentionMillis how long samples are kept
   * @param limits of each query
   * @param features what is switched on
   * @param corsOrigin which pages of other origins may ask, a regular expression
   * @param mailConfigured whether there is a relay
   * @param recipients mailboxes that get alerts
   * @param configuration gives the configuration, secrets replaced
   * @param seriesCount series that are active now
   * @param diskAvailableBytes left on the data folder's volume
   * @param diskTotalBytes of that volume
   * @param reloadedAtMillis when the configuration was last taken over
   * @param reloadSucceeded whether the last attempt to take it over was successful
   * @param adminApi whether the API may delete series and make snapshots
   * @param objectives what is promised about smoke tests
   */
  public record Facts(
      String installation,
      String version,
      String pageUrl,
      long startedAtMillis,
      long retentionMillis,
      QueryLimits limits,
      Features features,
      String corsOrigin,
      boolean mailConfigured,
      List<String> recipients,
      Supplier<String> configuration,
      LongSupplier seriesCount,
      LongSupplier diskAvailableBytes,
      LongSupplier diskTotalBytes,
      LongSupplier reloadedAtMillis,
      BooleanSupplier reloadSucceeded,
      boolean adminApi,
      Objectives objectives) {}

  /** Takes over an open listener; {@code reload} takes the configuration over again and gives an empty text or what is wrong with it. */
  public WebServer(
      Parts parts, Supplier<Facts> facts, Front front, ListenerSpec spec, PushAccess pushAccess, BooleanSupplier ready, Supplier<String> reload) {
    Routes routes = new Routes();
    Facts now = facts.get();
    Environment environment = parts.environment();
    new QueryApi(parts.engine(), environment.clock(), now.limits()).addTo(routes);
    new CatalogueApi(parts.engine()).addTo(routes);
    new FeaturesApi(parts.engine().language(), now.features()).addTo(routes);
    new MonitoringApi(parts.scraper(), parts.rules(), now.pageUrl(), parts.engine()::metadata).addTo(routes);
    new FederateApi(parts.engine(), environment.clock(), now.limits().lookbackMillis(), Map.of()).addTo(routes);
    new PushApi(parts.pushGateway(), pushAccess).addTo(routes);
    new RemoteWriteApi(new RemoteWriteReceiver(parts.engine()::appender, now.features().zeroAtStart())).addTo(routes);
    new RemoteReadApi(new RemoteReader(parts.engine().queryable())).addTo(routes);
    new AlertmanagerApi(parts.notifier(), environment.clock(), now.version(), now.startedAtMillis()).addTo(routes);
    new StatusApi(new StatusApi.ServerFacts(now.version(), () -> facts.get().configuration().get(), now.startedAtMillis(), now.retentionMillis(),
        Map.of("web.listen-address", spec.host() + ":" + spec.port()), now.seriesCount(), now.reloadedAtMillis(),
        now.reloadSucceeded(), environment.clock()::wallMillis)).addTo(routes);
    new OverviewApi(new OverviewApi.Parts(environment.clock(), parts.scraper(), parts.rules(), parts.notifier(), parts.sonar(), facts)).addTo(routes);
    new SonarViewApi(parts.sonar()).addTo(routes);
    new SonarApi(parts.sonar(), () -> facts.get().objectives()).addTo(routes);
    if (parts.engine() instanceof EmbeddedEngine own) {
      new StoreApi(own, front.progress(), now.adminApi()).addTo(routes);
    }
    new RulesApi(parts.rules(), parts.notifier(), parts.engine(), now.limits(), environment.clock()).addTo(routes);
    new NotificationsApi(parts.notifier()).addTo(routes);
    new AcknowledgementsApi(parts.notifier()).addTo(routes);
    new RunbookPage(parts.rules(), new RuleExplainer(parts.engine(), now.limits()), environment.clock()).addTo(routes);
    addOperations(routes, environment, ready, reload);
    new Pages().addTo(routes);
    this.front = front;
    front.show(new CrossOrigin(now.corsOrigin(), pushAccess.restricting(routes)));
  }

  private static void addOperations(Routes routes, Environment environment, BooleanSupplier ready, Supplier<String> reload) {
    routes.get("/-/healthy", call -> text(call, 200, "meshwatch is Healthy.\n"));
    routes.get("/-/ready", call -> {
      boolean isReady = ready.getAsBoolean();
      text(call, isReady ? 200 : 503, isReady ? "meshwatch is Ready.\n" : "meshwatch is starting\n");
    });
    Routes.Endpoint reloading = call -> {
      String problems = reload.get();
      text(call, problems.isEmpty() ? 200 : 400, problems.isEmpty() ? "The configuration is taken over.\n" : problems + "\n");
    };
    routes.post("/-/reload", reloading).add("PUT", "/-/reload", reloading);
    Routes.Endpoint quit = call -> text(call, 403, "meshwatch is not stopped over HTTP.\n");
    routes.post("/-/quit", quit).add("PUT", "/-/quit", quit);
    routes.get("/metrics", call -> OwnMetrics.send(environment.telemetry(), call.request(), call.reply()));
  }

  private static void text(Routes.Call call, int status, String text) throws IOException {
    call.reply().status(status).send("text/plain; charset=utf-8", text);
  }

  /** The port that was bound. */
  public int port() {
    return front.port();
  }

  @Override
  public void close() {
    front.close();
  }
}
