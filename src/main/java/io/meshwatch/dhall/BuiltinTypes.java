package io.meshwatch.dhall;

import java.util.EnumMap;
import java.util.Map;

/** The types of the built-in names, written in Dhall. */
final class BuiltinTypes {
  private static final Map<Builtin, Value> TYPES = new EnumMap<>(Builtin.class);

  static {
    for (Builtin builtin : Builtin.values()) {
      if (builtin != Builtin.SORT) {
        TYPES.put(builtin, new Evaluator().evaluate(Parser.parse(new Source(builtin.text, source(builtin))), null));
      }
    }
  }

  private BuiltinTypes() {}

  /** The type; {@code Sort} has none. */
  static Value of(Builtin builtin) {
    return TYPES.getOrDefault(builtin, Value.Unknown.HERE);
  }

  private static String source(Builtin builtin) {
    return switch (builtin) {
      case TYPE -> "Kind";
      case KIND, SORT -> "Sort";
      case BOOL, NATURAL, INTEGER, DOUBLE, TEXT, BYTES, DATE, TIME, TIME_ZONE -> "Type";
      case LIST, OPTIONAL -> "Type -> Type";
      case NONE -> "forall (A : Type) -> Optional A";
      case NATURAL_BUILD ->
          "(forall (natural : Type) -> forall (succ : natural -> natural) -> forall (zero : natural) -> natural) -> Natural";
      case NATURAL_FOLD ->
          "Natural -> forall (natural : Type) -> forall (succ : natural -> natural) -> forall (zero : natural) -> natural";
      case NATURAL_IS_ZERO, NATURAL_EVEN, NATURAL_ODD -> "Natural -> Bool";
      case NATURAL_TO_INTEGER -> "Natural -> Integer";
      case NATURAL_SHOW -> "Natural -> Text";
      case NATURAL_SUBTRACT -> "Natural -> Natural -> Natural";
      case INTEGER_TO_DOUBLE -> "Integer -> Double";
      case INTEGER_SHOW -> "Integer -> Text";
      case INTEGER_NEGATE -> "Integer -> Integer";
      case INTEGER_CLAMP -> "Integer -> Natural";
      case DOUBLE_SHOW -> "Double -> Text";
      case LIST_BUILD ->
          "forall (a : Type) -> (forall (list : Type) -> forall (cons : a -> list -> list) -> forall (nil : list) -> list) -> List a";
      case LIST_FOLD ->
          "forall (a : Type) -> List a -> forall (list : Type) -> forall (cons : a -> list -> list) -> forall (nil : list) -> list";
      case LIST_LENGTH -> "forall (a : Type) -> List a -> Natural";
      case LIST_HEAD, LIST_LAST -> "forall (a : Type) -> List a -> Optional a";
      case LIST_INDEXED -> "forall (a : Type) -> List a -> List { index : Natural, value : a }";
      case LIST_REVERSE -> "forall (a : Type) -> List a -> List a";
      case TEXT_SHOW -> "Text -> Text";
      case TEXT_REPLACE -> "forall (needle : Text) -> forall (replacement : Text) -> forall (haystack : Text) -> Text";
      case DATE_SHOW -> "Date -> Text";
      case TIME_SHOW -> "Time -> Text";
      case TIME_ZONE_SHOW -> "TimeZone -> Text";
    };
  }
}
