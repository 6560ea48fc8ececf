package io.meshwatch.gotemplate;

import io.meshwatch.model.Names;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How Go sees the values of a template: null is nil, {@link Boolean} bool, {@link Long} int, {@link BigInteger} uint64,
 * {@link Double} float64, {@link String} string, {@link List} a slice, {@link Map} and {@link TypedMap} maps, {@link GoObject}
 * a struct or named type, {@link GoFunction} a function.
 */
final class Values {
  private Values() {}

  static String quote(String text) {
    return Names.quote(text);
  }

  /** A character as {@code U+00A0}, with the character itself if it can be printed. */
  static String unicode(int codePoint) {
    String shown = Quoting.isPrintable(codePoint) ? " '" + Character.toString(codePoint) + "'" : "";
    return String.format("U+%04X", codePoint) + shown;
  }

  /** What loops, printing and truth see of a value. */
  static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case GoObject object -> object.plain() instanceof TypedMap map ? map.entries() : object.plain();
      case TypedMap map -> map.entries();
      case null, default -> value;
    };
  }

  /** The map that a value is, or null if it is none. */
  @SuppressWarnings("unchecked") // the keys of a template's maps are texts
  static @Nullable TypedMap map(@Nullable Object value) {
    Object inner = value instanceof GoObject object ? object.plain() : value;
    return switch (inner) {
      case TypedMap map -> map;
      case Map<?, ?> map -> new TypedMap((Map<String, ?>) map, null, "map[string]interface {}");
      case null, default -> null;
    };
  }

  static String typeName(@Nullable Object value) {
    return switch (value) {
      case null -> "<nil>";
      case Boolean b -> "bool";
      case Long l -> "int";
      case BigInteger b -> "uint64";
      case Double d -> "float64";
      case Complex c -> "complex128";
      case String s -> "string";
      case List<?> l -> "[]interface {}";
      case TypedMap map -> map.typeName();
      case Map<?, ?> m -> "map[string]interface {}";
      case GoObject object -> object.typeName();
      case GoFunction f -> "func";
      default -> throw new IllegalArgumentException("not a template value: " + value.getClass());
    };
  }

  /** Whether a value counts as true: neither zero nor empty. */
  static boolean isTrue(@Nullable Object value) {
    return switch (plain(value)) {
      case null -> false;
      case Boolean truth -> truth;
      case Long number -> number != 0;
      case BigInteger number -> number.signum() != 0;
      case Double number -> number != 0;
      case Complex number -> number.real() != 0 || number.imaginary() != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case Object other -> true;
    };
  }

  /** A number from a number, a duration or a text. */
  static double toNumber(@Nullable Object value) {
    return switch (value) {
      case Long number -> (double) number;
      case BigInteger number -> number.doubleValue();
      case Double number -> number;
      case GoDuration duration -> duration.nanos() / 1e9;
      case String text -> GoFloat.parse(text);
      case null, default ->
          throw new FunctionException("can't convert " + typeName(value) + " to float");
    };
  }
}
