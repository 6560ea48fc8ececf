package io.meshwatch.gotemplate;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map whose values have one type, such as Go's {@code map[string]string}. A plain {@link Map} is a {@code map[string]any}.
 *
 * @param entries what is in it
 * @param zero the value of a missing key when the options ask for zero values; also what {@code index} answers
 * @param typeName the type as messages show it
 */
public record TypedMap(Map<String, ?> entries, @Nullable Object zero, String typeName) {
  /** A {@code map[string]string}. */
  public static TypedMap ofTexts(Map<String, String> entries) {
    return new TypedMap(entries, "", "map[string]string");
  }
}
