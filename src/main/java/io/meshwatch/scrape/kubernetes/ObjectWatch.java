package io.meshwatch.scrape.kubernetes;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.model.Names;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Follows the objects of one kind: lists them, then watches for changes from the version of the list on. The server ends a watch from
 * time to time, or the connection breaks: then it is taken up at the version that was seen last. If that version is too old (410 Gone),
 * everything is listed anew.
 *
 * <p>{@link #turn} is confined to one thread; what was found is read by all.
 *
 * @see <a href="https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes">Efficient detection of changes</a>
 */
public final class ObjectWatch {
  private static final int PAGE_OBJECTS = 500;
  private static final int OBJECTS_MAX = 200_000;
  private static final long BODY_BYTES_MAX = 256L << 20;
  private static final long LIST_MILLIS_MAX = 60_000;
  /** A connection that died silently is noticed when the watch should have ended. */
  private static final long WATCH_SECONDS = 120;
  private static final long WATCH_GRACE_MILLIS = 5_000;
  private static final long PAUSE_MILLIS = 100;
  private static final long PAUSE_MILLIS_MAX = 30_000;
  private static final int GONE = 410;

  private final Kind kind;
  private final String path;
  private final String selection;
  private final ApiServer server;
  private final Network network;

  private volatile Map<String, JsonNode> objects = new ConcurrentHashMap<>();
  private volatile Optional<String> failure = Optional.of("the API server was not asked yet");
  private volatile long changes;
  /** Where the next watch begins; empty = list first. */
  private String version = "";
  private int failures;

  /**
   * @param namespace empty = all
   * @param labelSelector empty = all
   * @param fieldSelector empty = all
   */
  public ObjectWatch(Kind kind, String namespace, String labelSelector, String fieldSelector, ApiServer server, Network network) {
    this.kind = kind;
    this.path = kind.path(namespace);
    this.selection = parameter("labelSelector", labelSelector) + parameter("fieldSelector", fieldSelector);
    this.server = server;
    this.network = network;
  }

  private static String parameter(String name, String value) {
    return value.isEmpty() ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  Kind kind() {
    return kind;
  }

  /** What is there, by namespace and name. */
  Map<String, JsonNode> objects() {
    return objects;
  }

  /** Grows with every change. */
  public long changes() {
    return changes;
  }

  /** Why the objects may not be known as they are, in one sentence; empty if they are. */
  public Optional<String> failure() {
    return failure;
  }

  /** Notes that no turn can be taken, for a reason that lies outside of this watch. */
  public void fail(String reason) {
    failure = Optional.of(reason);
  }

  /** The server does not say what it should. */
  private static final class ApiFailure extends RuntimeException {
    ApiFailure(String message) {
      super(message);
    }
  }

  /** Lists, or watches until that ends; returns how many milliseconds to wait before the next turn. */
  public long turn() throws InterruptedException {
    try {
      if (version.isEmpty()) {
        list();
      } else {
        watch();
      }
      failures = 0;
      failure = Optional.empty();
      return PAUSE_MILLIS;
    } catch (ApiFailure e) {
      failure = Optional.of(String.valueOf(e.getMessage()));
      failures++;
      return Math.min(PAUSE_MILLIS_MAX, 1000L << Math.min(failures - 1, 10));
    }
  }

  private void list() throws InterruptedException {
    Map<String, JsonNode> listed = new ConcurrentHashMap<>();
    String next = "";
    String listedVersion;
    do {
      JsonNode page = page(next);
      for (JsonNode item : page.path("items")) {
        listed.put(Cluster.key(item), slim(item));
      }
      checkNumber(listed);
      next = page.path("metadata").path("continue").asString("");
      listedVersion = page.path("metadata").path("resourceVersion").asString("");
    } while (!next.isEmpty());
    objects = listed;
    version = listedVersion;
    changed();
  }

  /** Beyond the limit only a list is tried again, which keeps nothing. */
  private void checkNumber(Map<String, JsonNode> known) {
    if (known.size() > OBJECTS_MAX) {
      version = "";
      throw new ApiFailure("there are more than " + OBJECTS_MAX + " " + kind.plural() + "; narrow them down by namespaces or selectors");
    }
  }

  // Only the thread of the turns writes it.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void changed() {
    changes++;
  }

  private JsonNode page(String next) throws InterruptedException {
    String query = path + "?limit=" + PAGE_OBJECTS + selection + parameter("continue", next);
    HttpResult result = network.exchange(server.get(query, LIST_MILLIS_MAX, BODY_BYTES_MAX));
    return switch (result) {
      case HttpResult.Failure f -> throw new ApiFailure(f.message());
      case HttpResult.Answer a when a.status() == 200 -> json(a.text());
      case HttpResult.Answer a -> throw refused("list", a);
    };
  }

  private ApiFailure refused(String verb, HttpResult.Answer answer) {
    return new ApiFailure("the API server does not let us " + verb + " " + path + ": status " + answer.status() + " " + messageOf(answer.text()));
  }

  private static String messageOf(String body) {
    try {
      return JsonMapper.shared().readTree(body).path("message").asString("");
    } catch (JacksonException e) {
      return "";
    }
  }

  private static JsonNode json(String text) {
    try {
      return JsonMapper.shared().readTree(text);
    } catch (JacksonException e) {
      throw new ApiFailure("expected JSON from the API server, got " + Names.quote(text.substring(0, Math.min(50, text.length()))));
    }
  }

  private void watch() throws InterruptedException {
    String query = path + "?watch=1&allowWatchBookmarks=true&timeoutSeconds=" + WATCH_SECONDS + selection + parameter("resourceVersion", version);
    HttpCall call = server.get(query, WATCH_SECONDS * 1000 + WATCH_GRACE_MILLIS, BODY_BYTES_MAX);
    HttpResult result = network.lines(call, line -> {
      if (!line.isBlank()) {
        event(json(line));
      }
    });
    switch (result) {
      case HttpResult.Failure f when f.phase() == HttpResult.Phase.BODY -> {
        // The connection broke in the middle; what was seen is known, the next watch goes on from there.
      }
      // Whoever does not end a watch when asked to may not be there any more: the list will tell.
      case HttpResult.Failure f when f.phase() == HttpResult.Phase.TIMEOUT -> version = "";
      case HttpResult.Failure f -> throw new ApiFailure(f.message());
      case HttpResult.Answer a when a.status() == 200 -> {}
      case HttpResult.Answer a when a.status() == GONE -> version = "";
      case HttpResult.Answer a -> {
        version = "";
        throw refused("watch", a);
      }
    }
  }

  private void event(JsonNode event) {
    JsonNode object = event.path("object");
    switch (event.path("type").asString("")) {
      case "ADDED", "MODIFIED" -> {
        objects.put(Cluster.key(object), slim(object));
        seen(object);
        changed();
        checkNumber(objects);
      }
      case "DELETED" -> {
        objects.remove(Cluster.key(object));
        seen(object);
        changed();
      }
      case "BOOKMARK" -> seen(object);
      case "ERROR" -> {
        version = "";
        if (object.path("code").asInt(0) != GONE) {
          throw new ApiFailure("the API server ended the watch of " + path + ": " + object.path("message").asString("no reason given"));
        }
      }
      default -> throw new ApiFailure("expected an event from the API server, got type " + Names.quote(event.path("type").asString("")));
    }
  }

  private void seen(JsonNode object) {
    if (!version.isEmpty()) {
      version = object.path("metadata").path("resourceVersion").asString(version);
    }
  }

  /** Who manages which field is the larger part of many objects, and nobody asks. */
  private static JsonNode slim(JsonNode object) {
    if (object.path("metadata") instanceof ObjectNode metadata) {
      metadata.remove("managedFields");
    }
    return object;
  }
}
