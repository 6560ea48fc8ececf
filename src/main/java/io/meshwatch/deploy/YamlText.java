package io.meshwatch.deploy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** A YAML mapping under construction: what is empty is left out. Confined to one thread. */
final class YamlText {
  private static final int LINE_WIDTH = 10_000;

  private final Map<String, Object> fields = new LinkedHashMap<>();

  /** Sets a field, also if it is empty. */
  YamlText set(String name, Object value) {
    fields.put(name, value);
    return this;
  }

  /** Sets a field unless the value is an empty text, list or mapping, 0 or false. */
  YamlText setUnlessEmpty(String name, Object value) {
    boolean empty = switch (value) {
      case String text -> text.isEmpty();
      case List<?> list -> list.isEmpty();
      case Map<?, ?> map -> map.isEmpty();
      case Number number -> number.doubleValue() == 0;
      case Boolean flag -> !flag;
      default -> false;
    };
    return empty ? this : set(name, value);
  }

  Map<String, Object> fields() {
    return fields;
  }

  /** The document with a comment above it. */
  String document(String comment) {
    DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setWidth(LINE_WIDTH).build();
    return "# " + comment + "\n" + new Dump(settings).dumpToString(copy(fields));
  }

  /** The writer would make an anchor for an object that it meets twice. */
  private static Object copy(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<Object, Object> copied = new LinkedHashMap<>();
        map.forEach((key, each) -> copied.put(key, copy(each)));
        yield copied;
      }
      case List<?> list -> list.stream().map(YamlText::copy).toList();
      default -> value;
    };
  }
}
