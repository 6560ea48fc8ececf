package io.meshwatch.notify;

import io.meshwatch.gotemplate.GoObject;
import io.meshwatch.gotemplate.GoTime;
import io.meshwatch.gotemplate.TypedMap;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Values of templates as Go's encoding/json writes them: maps sorted, and {@code <}, {@code >}, {@code &} escaped. */
final class TemplateJson {
  private static final JsonMapper JSON = JsonMapper.shared();

  private TemplateJson() {}

  static String write(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case TemplateData.AlertObject alert -> object(alert.fields());
      case GoTime time -> JSON.writeValueAsString(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.time()));
      case GoObject object -> plain(object);
      case TypedMap map -> object(new TreeMap<>(map.entries()));
      case Map<?, ?> map -> object(sorted(map));
      case List<?> list -> list.stream().map(TemplateJson::write).collect(Collectors.joining(",", "[", "]"));
      case String text -> text(text);
      case Double number when number == Math.rint(number) && Math.abs(number) < 1e15 -> Long.toString(number.longValue());
      default -> JSON.writeValueAsString(value);
    };
  }

  private static String plain(GoObject object) {
    Object plain = object.plain();
    return plain instanceof GoObject ? JSON.writeValueAsString(plain) : write(plain);
  }

  private static Map<String, @Nullable Object> sorted(Map<?, ?> map) {
    Map<String, @Nullable Object> sorted = new TreeMap<>();
    map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
    return sorted;
  }

  private static String object(Map<String, ? extends @Nullable Object> fields) {
    return fields.entrySet().stream().map(each -> text(each.getKey()) + ":" + write(each.getValue())).collect(Collectors.joining(",", "{", "}"));
  }

  private static String text(String text) {
    return JSON.writeValueAsString(text).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
  }
}
