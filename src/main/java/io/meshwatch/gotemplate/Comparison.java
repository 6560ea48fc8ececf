package io.meshwatch.gotemplate;

import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code eq}, {@code lt} and their kin: values of different types are not comparable, but whole numbers of any type are. */
final class Comparison {
  private Comparison() {}

  private enum Type {
    NONE,
    BOOLEAN,
    INTEGER,
    FLOAT,
    COMPLEX,
    TEXT,
    OTHER
  }

  private static Type typeOf(@Nullable Object value) {
    return switch (value) {
      case null -> Type.NONE;
      case Boolean b -> Type.BOOLEAN;
      case Long l -> Type.INTEGER;
      case BigInteger b -> Type.INTEGER;
      case Double d -> Type.FLOAT;
      case Complex c -> Type.COMPLEX;
      case String s -> Type.TEXT;
      default -> Type.OTHER;
    };
  }

  /** Named types such as a duration compare by what they hold. */
  private static @Nullable Object basic(@Nullable Object value) {
    return value instanceof GoDuration duration ? Long.valueOf(duration.nanos()) : value;
  }

  /** Whether the first equals one of the others. */
  static boolean isEqualToAny(@Nullable Object first, List<@Nullable Object> others) {
    if (others.isEmpty()) {
      throw new FunctionException("missing argument for comparison");
    }
    return others.stream().anyMatch(other -> areEqual(basic(first), basic(other)));
  }

  private static boolean areEqual(@Nullable Object a, @Nullable Object b) {
    Type type = typeOf(a);
    if (type == Type.NONE || typeOf(b) == Type.NONE) {
      return a == null && b == null;
    }
    if (type != typeOf(b)) {
      throw new FunctionException("incompatible types for comparison");
    }
    if (type == Type.OTHER && !(a instanceof GoObject)) {
      throw new FunctionException("non-comparable type " + Values.typeName(a));
    }
    return switch (type) {
      case INTEGER -> integer(a).equals(integer(b));
      case FLOAT -> ((Double) Objects.requireNonNull(a)).doubleValue() == (Double) Objects.requireNonNull(b);
      case NONE, BOOLEAN, COMPLEX, TEXT, OTHER -> Objects.equals(a, b);
    };
  }

  static boolean isLess(@Nullable Object first, @Nullable Object second) {
    Object a = basic(first);
    Object b = basic(second);
    Type type = typeOf(a);
    if (type == Type.NONE || type == Type.OTHER || typeOf(b) == Type.NONE || typeOf(b) == Type.OTHER) {
      throw new FunctionException("invalid type for comparison");
    }
    if (type != typeOf(b)) {
      throw new FunctionException("incompatible types for comparison");
    }
    return switch (type) {
      case INTEGER -> integer(a).compareTo(integer(b)) < 0;
      case FLOAT -> (Double) Objects.requireNonNull(a) < (Double) Objects.requireNonNull(b);
      case TEXT -> io.meshwatch.model.Labels.compareText((String) Objects.requireNonNull(a), (String) Objects.requireNonNull(b)) < 0;
      case NONE, BOOLEAN, COMPLEX, OTHER -> throw new FunctionException("invalid type for comparison");
    };
  }

  private static BigInteger integer(@Nullable Object value) {
    return value instanceof BigInteger big ? big : BigInteger.valueOf((Long) Objects.requireNonNull(value));
  }
}
