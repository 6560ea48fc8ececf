package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/** Turns normalised values into the tree for callers. */
final class ValueExport {
  private ValueExport() {}

  /** The value with its type; {@code place} stands in where the value was written nowhere, as a default of a builtin. */
  static DhallValue export(Value value, Value type, Place place) {
    Place known = value.place().offset() < 0 ? place : value.place();
    return switch (value) {
      case Value.TextLiteral text when text.isPlain() -> new DhallValue.TextValue(known, text.text());
      case Value.BoolLiteral literal -> new DhallValue.BoolValue(known, literal.value());
      case Value.NaturalLiteral literal -> new DhallValue.NaturalValue(known, literal.value());
      case Value.IntegerLiteral literal -> new DhallValue.IntegerValue(known, literal.value());
      case Value.DoubleLiteral literal -> new DhallValue.DoubleValue(known, literal.value());
      case Value.ListLiteral list -> list(list, type, known);
      case Value.EmptyList list -> new DhallValue.ListValue(known, List.of(), new DhallExpression(list.type()));
      case Value.Some some -> new DhallValue.OptionalValue(known, Optional.of(export(some.value(), argument(type), known)), new DhallExpression(type));
      case Value.Constant none when none.builtin() == Builtin.NONE && none.arguments().size() == 1 ->
          new DhallValue.OptionalValue(known, Optional.empty(),
              new DhallExpression(new Value.Constant(Builtin.OPTIONAL, none.arguments())));
      case Value.RecordLiteral record -> record(record, type, known);
      case Value.Constructor constructor when !constructor.union().hasPayload(constructor.name()) ->
          alternative(known, constructor.union(), constructor.name(), Optional.empty());
      case Value.Injection injection ->
          alternative(known, injection.union(), injection.name(),
              Optional.of(export(injection.payload(), injection.union().alternatives().getOrDefault(injection.name(), Value.Unknown.HERE), known)));
      default -> new DhallValue.OtherValue(known, kind(value), new DhallExpression(value));
    };
  }

  private static DhallValue list(Value.ListLiteral list, Value type, Place place) {
    List<DhallValue> items = new ArrayList<>(list.items().size());
    for (Value item : list.items()) {
      items.add(export(item, argument(type), place));
    }
    return new DhallValue.ListValue(place, List.copyOf(items), new DhallExpression(type));
  }

  /** The argument of {@code List} or {@code Optional}. */
  private static Value argument(Value type) {
    return type instanceof Value.Constant constant && constant.arguments().size() == 1 ? constant.arguments().getFirst() : Value.Unknown.HERE;
  }

  private static DhallValue record(Value.RecordLiteral record, Value type, Place place) {
    SequencedMap<String, DhallValue.Field> fields = new TreeMap<>();
    record.fields().forEach((name, entry) -> {
      Value fieldType = type instanceof Value.RecordType known ? known.fields().getOrDefault(name, Value.Unknown.HERE) : Value.Unknown.HERE;
      Place at = entry.place().offset() < 0 ? place : entry.place();
      fields.put(name, new DhallValue.Field(at, export(entry.value(), fieldType, at)));
    });
    return new DhallValue.RecordValue(place, fields);
  }

  private static DhallValue alternative(Place place, Value.Union union, String name, Optional<DhallValue> payload) {
    return new DhallValue.AlternativeValue(place, name, payload, List.copyOf(union.alternatives().keySet()), new DhallExpression(union));
  }

  private static String kind(Value value) {
    return switch (value) {
      case Value.Lambda lambda -> "function";
      case Value.Constructor constructor -> "function";
      case Value.BytesLiteral bytes -> "Bytes";
      case Value.DateLiteral date -> "Date";
      case Value.TimeLiteral time -> "Time";
      case Value.TimeZoneLiteral zone -> "TimeZone";
      case Value.Assert assertion -> "proof of an assertion";
      case Value.Constant constant -> constant.builtin().arity > 0 || constant.builtin() == Builtin.NONE ? "function" : "type";
      default -> "type";
    };
  }
}
