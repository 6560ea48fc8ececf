package io.meshwatch.scrape;

import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An API server that keeps objects and tells watches about their changes. Guarded by itself. */
public final class FakeCluster {
  public static final String TOKEN = "kube-token";
  private static final long WATCH_MILLIS = 60_000;

  /** A change, as watches see it. */
  private record Event(long version, String plural, String namespace, String line) {}

  /** Requests as they came: paths with {@code watch} or {@code list}, and their selectors. */
  final List<String> requests = new ArrayList<>();
  private final JsonMapper json = JsonMapper.builder().build();
  private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
  private final List<Event> events = new ArrayList<>();
  /** Whether a watch stays open until it is dropped; if not, it ends when everything was told. */
  private final boolean open;
  private int pageObjects = 500;
  private long version = 1;
  private long forgottenUpTo;
  private int drops;

  public FakeCluster(boolean open) {
    this.open = open;
  }

  synchronized void setPageObjects(int count) {
    pageObjects = count;
  }

  /** Makes or replaces an object. */
  public synchronized void put(String plural, String text) {
    ObjectNode object = (ObjectNode) json.readTree(text);
    String key = key(plural, object);
    event(plural, objects.put(key, object) == null ? "ADDED" : "MODIFIED", object);
  }

  synchronized void remove(String plural, String namespace, String name) {
    event(plural, "DELETED", Objects.requireNonNull(objects.remove(plural + "/" + namespace + "/" + name), name));
  }

  private static String key(String plural, JsonNode object) {
    return plural + "/" + namespace(object) + "/" + object.path("metadata").path("name").asString();
  }

  private static String namespace(JsonNode object) {
    return object.path("metadata").path("namespace").asString("");
  }

  private void event(String plural, String type, ObjectNode object) {
    version++;
    ((ObjectNode) object.get("metadata")).put("resourceVersion", Long.toString(version));
    ObjectNode event = json.createObjectNode().put("type", type);
    event.set("object", object);
    events.add(new Event(version, plural, namespace(object), json.writeValueAsString(event)));
    notifyAll();
  }

  /** From now on nothing is known of earlier changes: watches that begin before are told 410 Gone. */
  synchronized void forgetHistory() {
    version++;
    forgottenUpTo = version;
    events.clear();
  }

  /** Breaks the connections of all watches. */
  public synchronized void dropWatches() {
    drops++;
    notifyAll();
  }

  synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  public void answer(HttpRequest request, HttpReply reply) throws IOException {
    if (!request.header("Authorization").orElse("").equals("Bearer " + TOKEN)) {
      reply.status(401).send("application/json", "{\"message\": \"Unauthorized\"}");
      return;
    }
    if (request.path().equals("/version")) {
      reply.send("application/json", "{\"major\": \"1\", \"minor\": \"27\", \"gitVersion\": \"v1.27.0\"}");
      return;
    }
    String[] parts = request.path().replaceFirst("^/apis?(/[a-z0-9.]+)?/v1/", "").split("/", -1);
    boolean within = parts[0].equals("namespaces") && parts.length == 3;
    String namespace = within ? parts[1] : "";
    String plural = within ? parts[2] : parts[0];
    boolean watch = request.parameter("watch").isPresent();
    synchronized (this) {
      requests.add((watch ? "watch " : "list ") + request.path() + request.parameter("labelSelector").map(s -> " " + s).orElse("")
          + request.parameter("fieldSelector").map(s -> " " + s).orElse(""));
    }
    if (watch) {
      tell(reply, plural, namespace, Long.parseLong(request.parameter("resourceVersion").orElse("0")));
    } else {
      reply.send("application/json", list(plural, namespace, Integer.parseInt(request.parameter("continue").orElse("0"))));
    }
  }

  private synchronized String list(String plural, String namespace, int from) {
    List<ObjectNode> all = objects.entrySet().stream()
        .filter(e -> e.getKey().startsWith(plural + "/" + (namespace.isEmpty() ? "" : namespace + "/"))).map(Map.Entry::getValue).toList();
    int to = Math.min(all.size(), from + pageObjects);
    ObjectNode page = json.createObjectNode();
    ObjectNode metadata = page.putObject("metadata").put("resourceVersion", Long.toString(version));
    if (to < all.size()) {
      metadata.put("continue", Integer.toString(to));
    }
    ArrayNode items = page.putArray("items");
    all.subList(from, to).forEach(items::add);
    return json.writeValueAsString(page);
  }

  private void tell(HttpReply reply, String plural, String namespace, long since) throws IOException {
    reply.header("Content-Type", "application/json");
    try (OutputStream out = reply.stream()) {
      if (since < forgotten()) {
        line(out, "{\"type\": \"ERROR\", \"object\": {\"code\": 410, \"message\": \"too old resource version\"}}");
        return;
      }
      long seen = since;
      int dropsBefore = drops();
      do {
        List<Event> news = newsAfter(seen, plural, namespace, dropsBefore);
        for (Event event : news) {
          line(out, event.line());
          seen = event.version();
        }
      } while (open && drops() == dropsBefore);
      if (open) {
        reply.abort();
        throw new IOException("dropped");
      }
    }
  }

  private synchronized long forgotten() {
    return forgottenUpTo;
  }

  private synchronized int drops() {
    return drops;
  }

  /** Waits for news if watches stay open. */
  private synchronized List<Event> newsAfter(long seen, String plural, String namespace, int dropsBefore) throws IOException {
    long until = System.currentTimeMillis() + WATCH_MILLIS;
    while (true) {
      List<Event> news = events.stream()
          .filter(e -> e.version > seen && e.plural.equals(plural) && (namespace.isEmpty() || namespace.equals(e.namespace))).toList();
      long left = until - System.currentTimeMillis();
      if (!news.isEmpty() || !open || drops != dropsBefore || left <= 0) {
        return news;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new IOException("the server ends", e);
      }
    }
  }

  private static void line(OutputStream out, String text) throws IOException {
    out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
