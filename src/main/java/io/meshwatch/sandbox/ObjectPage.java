package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One page of a list. Sizes beyond the maximum are lowered without a word, as meshStack does; links to other pages are there only
 * if there is more than one page.
 */
record ObjectPage(int number, int size, int totalElements) {
  private static final int SIZE_DEFAULT = 20;
  private static final int SIZE_MAX = 1_000;

  static ObjectPage of(HttpRequest request, int totalElements) throws IOException, ApiProblemException {
    int size = number(request, "size", SIZE_DEFAULT);
    int page = number(request, "page", 0);
    return new ObjectPage(Math.max(page, 0), Math.clamp(size, 1, SIZE_MAX), totalElements);
  }

  private static int number(HttpRequest request, String name, int fallback) throws IOException, ApiProblemException {
    String text = request.parameter(name).orElse(String.valueOf(fallback));
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new ApiProblemException(400, "BadRequest", name + ": expected a number, got '" + text + "'");
    }
  }

  <T> List<T> of(List<T> all) {
    long from = Math.min((long) number * size, all.size());
    return all.subList((int) from, (int) Math.min(from + size, all.size()));
  }

  ObjectNode body(HttpRequest request, String url, String listName, List<ObjectNode> objects, boolean linkNext) throws IOException {
    ObjectNode body = Json.object();
    ArrayNode list = body.putObject("_embedded").putArray(listName);
    objects.forEach(list::add);
    ObjectNode links = body.putObject("_links");
    link(links, "self", request, url, number);
    if (totalPages() > 1) {
      link(links, "first", request, url, 0);
      if (number > 0) {
        link(links, "prev", request, url, number - 1);
      }
      if (number + 1 < totalPages() && linkNext) {
        link(links, "next", request, url, number + 1);
      }
      link(links, "last", request, url, totalPages() - 1);
    }
    body.putObject("page").put("size", size).put("totalElements", totalElements).put("totalPages", totalPages()).put("number", number);
    return body;
  }

  private int totalPages() {
    return (totalElements + size - 1) / size;
  }

  private void link(ObjectNode links, String name, HttpRequest request, String url, int page) throws IOException {
    StringBuilder href = new StringBuilder(url).append("?page=").append(page).append("&size=").append(size);
    for (Map.Entry<String, List<String>> parameter : request.parameters().entrySet()) {
      if (!parameter.getKey().equals("page") && !parameter.getKey().equals("size")) {
        href.append('&').append(encode(parameter.getKey())).append('=').append(encode(parameter.getValue().getFirst()));
      }
    }
    links.putObject(name).put("href", href.toString());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
