package io.meshwatch.gotemplate;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function was called with, by index from 0. The typed accessors throw {@link FunctionException} where Go would refuse
 * the type of an argument.
 */
public final class Arguments {
  private final List<@Nullable Object> values;

  Arguments(List<@Nullable Object> values) {
    this.values = values;
  }

  public int size() {
    return values.size();
  }

  /** Any value; null is nil. */
  public @Nullable Object any(int index) {
    return values.get(index);
  }

  /** A text. */
  public String text(int index) {
    Object value = values.get(index);
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof SafeContent safe) {
      return safe.text();
    }
    throw wrongType("string", value);
  }

  /** A whole number. */
  public long integer(int index) {
    Object value = values.get(index);
    if (value instanceof Long number) {
      return number;
    }
    throw wrongType("int", value);
  }

  /**
   * A number from a number, or from a text that reads as one, as Prometheus' functions take them; a duration counts in
   * seconds.
   */
  public double number(int index) {
    return Values.toNumber(values.get(index));
  }

  /** A list. */
  public List<?> list(int index) {
    if (Values.plain(values.get(index)) instanceof List<?> list) {
      return list;
    }
    throw wrongType("list", values.get(index));
  }

  /** An object of a certain kind. */
  public <T extends GoObject> T object(int index, Class<T> kind, String typeName) {
    Object value = values.get(index);
    if (kind.isInstance(value)) {
      return kind.cast(value);
    }
    throw wrongType(typeName, value);
  }

  /** All values, from an index on. */
  public List<@Nullable Object> from(int index) {
    return new ArrayList<>(values.subList(index, values.size()));
  }

  private static FunctionException wrongType(String expected, @Nullable Object value) {
    if (value == null) {
      return new FunctionException("invalid value; expected " + expected);
    }
    return new FunctionException("wrong type for value; expected " + expected + "; got " + Values.typeName(value));
  }
}
