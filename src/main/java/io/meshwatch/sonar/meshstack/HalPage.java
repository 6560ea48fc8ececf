package io.meshwatch.sonar.meshstack;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One page of a listing.
 *
 * @param objects the objects on it
 * @param next link to the next page; empty on the last
 * @param totalElements how many objects all pages hold; -1 if it does not say
 */
record HalPage(List<JsonNode> objects, Optional<URI> next, long totalElements) {
  static HalPage of(JsonNode json, String embeddedName) {
    List<JsonNode> objects = new ArrayList<>();
    json.path("_embedded").path(embeddedName).forEach(objects::add);
    JsonNode total = json.path("page").path("totalElements");
    return new HalPage(objects, link(json, "next"), total.isNumber() ? total.asLong() : -1);
  }

  /** A link without its host: links are followed on the host that is being tested, and never take the token elsewhere. */
  static Optional<URI> link(JsonNode json, String name) {
    String href = Json.firstText(json, "_links." + name + ".href");
    int template = href.indexOf('{');
    try {
      URI uri = URI.create(template < 0 ? href : href.substring(0, template));
      if (uri.getRawPath() == null || uri.getRawPath().isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(URI.create(uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())));
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }
}
