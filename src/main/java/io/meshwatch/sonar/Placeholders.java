package io.meshwatch.sonar;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What stands in braces in an operator's step, and what is put in its place. Confined to one run. */
final class Placeholders {
  /** Known without a step that captures them. */
  static final Set<String> BUILT_IN = Set.of("customer", "project", "platform", "tenantId", "run");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-zA-Z][a-zA-Z0-9_]*)\\}");

  private final Map<String, String> values = new HashMap<>();

  void put(String name, String value) {
    values.put(name, value);
  }

  void putAll(Map<String, String> captured) {
    values.putAll(captured);
  }

  /** Whether everything that a step's URL needs is known. */
  boolean suffice(HttpStepSettings step) {
    return values.keySet().containsAll(names(step.url()));
  }

  /** The names in a text. */
  static List<String> names(String text) {
    List<String> names = new ArrayList<>();
    for (Matcher match = PLACEHOLDER.matcher(text); match.find(); ) {
      names.add(match.group(1));
    }
    return names;
  }

  /** A text with what is known put in. */
  String filled(String text) {
    return filled(text, false);
  }

  /** A URL with what is known put in, encoded. */
  String filledUrl(String url) {
    return filled(url, true);
  }

  private String filled(String text, boolean encoded) {
    String result = text;
    for (Map.Entry<String, String> each : values.entrySet()) {
      String value = encoded ? URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8).replace("+", "%20") : each.getValue();
      result = result.replace("{" + each.getKey() + "}", value);
    }
    return result;
  }
}
