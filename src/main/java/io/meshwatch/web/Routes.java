package io.meshwatch.web;

import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Chooses who answers a request by method and path. A pattern's segment in braces matches any one segment, {@code {name*}} at the
 * end any rest. The first match in the order of adding wins.
 */
final class Routes implements HttpHandler {
  /** Answers requests of one route. */
  @FunctionalInterface
  interface Endpoint {
    void answer(Call call) throws IOException, InterruptedException;
  }

  /**
   * A request with what its path holds.
   *
   * @param path values of the pattern's segments in braces, decoded
   */
  record Call(HttpRequest request, HttpReply reply, Map<String, String> path) {
    String segment(String name) {
      return path.getOrDefault(name, "");
    }
  }

  private record Route(String method, List<String> pattern, Endpoint endpoint) {
    boolean takesAnyRest() {
      return pattern.getLast().endsWith("*}");
    }

    boolean matches(List<String> segments) {
      int fixed = takesAnyRest() ? pattern.size() - 1 : pattern.size();
      if (segments.size() < fixed || (segments.size() > fixed && !takesAnyRest())) {
        return false;
      }
      for (int i = 0; i < fixed; i++) {
        if (!pattern.get(i).startsWith("{") && !pattern.get(i).equals(segments.get(i))) {
          return false;
        }
      }
      return true;
    }

    /** What stands in the place of segments in braces. */
    Map<String, String> values(List<String> segments) {
      Map<String, String> found = new HashMap<>();
      for (int i = 0; i < pattern.size(); i++) {
        String part = pattern.get(i);
        if (part.endsWith("*}")) {
          found.put(part.substring(1, part.length() - 2), String.join("/", segments.subList(Math.min(i, segments.size()), segments.size())));
        } else if (part.startsWith("{")) {
          found.put(part.substring(1, part.length() - 1), segments.get(i));
        }
      }
      return found;
    }
  }

  private final List<Route> routes = new ArrayList<>();

  Routes get(String pattern, Endpoint endpoint) {
    return add("GET", pattern, endpoint);
  }

  Routes post(String pattern, Endpoint endpoint) {
    return add("POST", pattern, endpoint);
  }

  /** For questions that may be too long for a URL. */
  Routes getOrPost(String pattern, Endpoint endpoint) {
    return add("GET", pattern, endpoint).add("POST", pattern, endpoint);
  }

  Routes add(String method, String pattern, Endpoint endpoint) {
    routes.add(new Route(method, segments(pattern), endpoint));
    return this;
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      segments.add(part);
    }
    return segments.subList(1, segments.size());
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    if (request.path().contains("//")) {
      reply.status(301).header("Location", request.rawPath().replaceAll("/{2,}", "/")).send(new byte[0]);
      return;
    }
    String method = served(request);
    List<String> segments = segments(request.path());
    TreeSet<String> allowed = new TreeSet<>();
    List<String> known = List.of();
    for (Route route : routes) {
      boolean matches = route.matches(segments);
      // A rest of any kind is for paths that no other pattern knows.
      boolean free = allowed.isEmpty() || !route.takesAnyRest() || route.pattern.equals(known);
      if (matches && route.method.equals(method) && free) {
        route.endpoint.answer(new Call(request, reply, route.values(segments)));
        return;
      }
      if (matches && free) {
        allowed.add(route.method);
        known = route.pattern;
      }
    }
    if (allowed.isEmpty()) {
      reply.status(404).send("text/plain; charset=utf-8", "404 page not found\n");
    } else if (method.equals("OPTIONS")) {
      reply.header("Allow", String.join(", ", allowed) + ", OPTIONS").send(new byte[0]);
    } else {
      reply.status(405).header("Allow", String.join(", ", allowed)).send("text/plain; charset=utf-8", "Method Not Allowed\n");
    }
  }

  /** HEAD is answered like GET, but not by Prometheus' API, which does not take it. */
  private static String served(HttpRequest request) {
    boolean head = request.method().equals("HEAD") && !request.path().startsWith("/api/v1/");
    return head ? "GET" : request.method();
  }
}
