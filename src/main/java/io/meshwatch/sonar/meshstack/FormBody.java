package io.meshwatch.sonar.meshstack;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Fields of an HTML form or a query. Confined to one thread. */
final class FormBody {
  static final String CONTENT_TYPE = "application/x-www-form-urlencoded";

  private final Map<String, String> fields = new LinkedHashMap<>();

  FormBody with(String name, String value) {
    fields.put(name, value);
    return this;
  }

  FormBody withUnlessEmpty(String name, String value) {
    return value.isEmpty() ? this : with(name, value);
  }

  String encoded() {
    return fields.entrySet().stream().map(e -> encode(e.getKey()) + "=" + encode(e.getValue())).collect(Collectors.joining("&"));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
