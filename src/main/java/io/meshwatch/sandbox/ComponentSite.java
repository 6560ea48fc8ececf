package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Serves the metrics pages of one port, by path, with the faults a scrape can meet. The listener asks for the password. */
final class ComponentSite implements HttpHandler {
  private final Clock clock;
  private final Faults faults;
  private final Map<String, Page> pages = new LinkedHashMap<>();

  /** Writes a component's page as of a moment. */
  @FunctionalInterface
  interface Writer {
    void write(MetricPage page, long nowMillis);
  }

  private record Page(String component, Writer writer) {}

  ComponentSite(Clock clock, Faults faults) {
    this.clock = clock;
    this.faults = faults;
  }

  ComponentSite add(String component, String path, Writer writer) {
    pages.put(path, new Page(component, writer));
    return this;
  }

  List<String> paths() {
    return List.copyOf(pages.keySet());
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    Page page = pages.get(request.path());
    if (page == null) {
      reply.status(404).send("text/plain", "no such page; there are " + String.join(", ", paths()) + "\n");
      return;
    }
    Optional<Faults.ActiveFault> slow = faults.onComponent(FaultKind.COMPONENT_SLOW, page.component());
    if (slow.isPresent()) {
      clock.sleep((long) (slow.get().number("delaySeconds") * 1000));
    }
    if (faults.onComponent(FaultKind.COMPONENT_DOWN, page.component()).isPresent()) {
      reply.abort();
    } else if (faults.onComponent(FaultKind.COMPONENT_UNAUTHORIZED, page.component()).isPresent()) {
      reply.status(401).header("WWW-Authenticate", "Basic realm=\"Realm\"").send(new byte[0]);
    } else if (faults.onComponent(FaultKind.COMPONENT_GARBAGE, page.component()).isPresent()) {
      reply.status(200).header("Content-Type", MetricPage.CONTENT_TYPE).send("{\"these\": are no metrics}\n".getBytes(StandardCharsets.UTF_8));
    } else {
      MetricPage written = new MetricPage();
      page.writer().write(written, clock.wallMillis());
      reply.status(200).header("Content-Type", MetricPage.CONTENT_TYPE).send(written.bytes());
    }
  }
}
