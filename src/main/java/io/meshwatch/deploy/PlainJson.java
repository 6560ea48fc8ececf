package io.meshwatch.deploy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as maps, lists, texts, whole numbers and truth values. It needs a fifth of the classes that Jackson's own tree needs, which counts for the
 * agent; read with its defaults, as files may lack what older versions did not write.
 */
record PlainJson(@Nullable Object value) {
  private static final JsonFactory JSON = new JsonFactory();

  /** Throws {@link tools.jackson.core.JacksonException} if it is no JSON. */
  static PlainJson read(byte[] json) {
    try (JsonParser in = JSON.createParser(ObjectReadContext.empty(), json)) {
      in.nextToken();
      return new PlainJson(value(in));
    }
  }

  private static @Nullable Object value(JsonParser in) {
    JsonToken token = in.currentToken();
    return switch (token) {
      case START_OBJECT -> map(in);
      case START_ARRAY -> list(in);
      case VALUE_STRING -> in.getString();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case null, default -> null;
    };
  }

  private static Map<String, PlainJson> map(JsonParser in) {
    Map<String, PlainJson> map = new LinkedHashMap<>();
    for (String name = in.nextName(); name != null; name = in.nextName()) {
      in.nextToken();
      map.put(name, new PlainJson(value(in)));
    }
    return map;
  }

  private static List<PlainJson> list(JsonParser in) {
    List<PlainJson> list = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      list.add(new PlainJson(value(in)));
    }
    return list;
  }

  /** A member of an object; one without value if there is none. */
  PlainJson get(String name) {
    Object found = value instanceof Map<?, ?> map ? map.get(name) : null;
    return found instanceof PlainJson json ? json : new PlainJson(null);
  }

  /** The elements of a list; none if it is no list. */
  List<PlainJson> elements() {
    return value instanceof List<?> list ? list.stream().map(PlainJson.class::cast).toList() : List.of();
  }

  String text() {
    return value instanceof String text ? text : "";
  }

  long number(long otherwise) {
    return value instanceof Long number ? number : otherwise;
  }

  boolean isTrue() {
    return Boolean.TRUE.equals(value);
  }
}
