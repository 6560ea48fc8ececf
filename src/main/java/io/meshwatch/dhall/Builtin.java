package io.meshwatch.dhall;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A name that every Dhall program knows: universes, types, and functions. {@code True} and {@code False} are literals instead. */
enum Builtin {
  TYPE("Type", 0),
  KIND("Kind", 0),
  SORT("Sort", 0),
  BOOL("Bool", 0),
  NATURAL("Natural", 0),
  INTEGER("Integer", 0),
  DOUBLE("Double", 0),
  TEXT("Text", 0),
  BYTES("Bytes", 0),
  DATE("Date", 0),
  TIME("Time", 0),
  TIME_ZONE("TimeZone", 0),
  LIST("List", 0),
  OPTIONAL("Optional", 0),
  NONE("None", 0),
  NATURAL_BUILD("Natural/build", 1),
  NATURAL_FOLD("Natural/fold", 4),
  NATURAL_IS_ZERO("Natural/isZero", 1),
  NATURAL_EVEN("Natural/even", 1),
  NATURAL_ODD("Natural/odd", 1),
  NATURAL_TO_INTEGER("Natural/toInteger", 1),
  NATURAL_SHOW("Natural/show", 1),
  NATURAL_SUBTRACT("Natural/subtract", 2),
  INTEGER_TO_DOUBLE("Integer/toDouble", 1),
  INTEGER_SHOW("Integer/show", 1),
  INTEGER_NEGATE("Integer/negate", 1),
  INTEGER_CLAMP("Integer/clamp", 1),
  DOUBLE_SHOW("Double/show", 1),
  LIST_BUILD("List/build", 2),
  LIST_FOLD("List/fold", 5),
  LIST_LENGTH("List/length", 2),
  LIST_HEAD("List/head", 2),
  LIST_LAST("List/last", 2),
  LIST_INDEXED("List/indexed", 2),
  LIST_REVERSE("List/reverse", 2),
  TEXT_SHOW("Text/show", 1),
  TEXT_REPLACE("Text/replace", 3),
  DATE_SHOW("Date/show", 1),
  TIME_SHOW("Time/show", 1),
  TIME_ZONE_SHOW("TimeZone/show", 1);

  private static final Map<String, Builtin> BY_NAME = new HashMap<>();

  static {
    for (Builtin builtin : values()) {
      BY_NAME.put(builtin.text, builtin);
    }
  }

  /** As written in Dhall and in its binary form. */
  final String text;
  /** How many arguments it takes before it can reduce; 0 if it never does. */
  final int arity;

  Builtin(String text, int arity) {
    this.text = text;
    this.arity = arity;
  }

  static Optional<Builtin> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
