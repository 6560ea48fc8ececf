package io.meshwatch.dhall;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A normalised expression: what {@link Evaluator} makes of a {@link Term}. Functions are closures and bound variables are numbered from
 * the outermost binder (level), so nothing is ever renamed or shifted. Fields are sorted by name. Data remembers where it was written.
 */
sealed interface Value {
  /** Where the data was written; nowhere for functions and types. */
  default Place place() {
    return Place.NOWHERE;
  }

  /** The body of a binder. */
  @FunctionalInterface
  interface Closure {
    Value apply(Lazy argument);

    default Value apply(Value argument) {
      return apply(Lazy.of(argument));
    }
  }

  /** A variable that stands for itself. A level below 0 is a variable that nothing binds: {@code -1 - index}. */
  record Variable(String name, int level) implements Value {}

  /** A built-in name with fewer arguments than it needs, or with arguments on which it cannot compute; also types like {@code List Text}. */
  record Constant(Builtin builtin, List<Value> arguments) implements Value {}

  record Lambda(String name, Value domain, Closure body) implements Value {}

  record Pi(String name, Value domain, Closure codomain) implements Value {}

  /** A function that is not known, applied. */
  record Application(Value function, Value argument) implements Value {}

  record Binary(Operator operator, Value left, Value right) implements Value {}

  record BoolLiteral(Place place, boolean value) implements Value {}

  record NaturalLiteral(Place place, BigInteger value) implements Value {}

  record IntegerLiteral(Place place, BigInteger value) implements Value {}

  record DoubleLiteral(Place place, double value) implements Value {}

  /** Pieces of text with unknown values between them: one more piece than values. */
  record TextLiteral(Place place, List<String> pieces, List<Value> values) implements Value {
    static TextLiteral of(Place place, String text) {
      return new TextLiteral(place, List.of(text), List.of());
    }

    boolean isPlain() {
      return values.isEmpty();
    }

    /** The text, if it is plain. */
    String text() {
      return pieces.getFirst();
    }
  }

  record BytesLiteral(Place place, byte[] value) implements Value {}

  record DateLiteral(Place place, LocalDate value) implements Value {}

  record TimeLiteral(Place place, int hour, int minute, BigDecimal second) implements Value {}

  record TimeZoneLiteral(Place place, boolean negative, int hours, int minutes) implements Value {}

  /** At least one item. */
  record ListLiteral(Place place, List<Value> items) implements Value {}

  /** The type is that of the whole list. */
  record EmptyList(Place place, Value type) implements Value {}

  record Some(Place place, Value value) implements Value {}

  record RecordType(SequencedMap<String, Value> fields) implements Value {}

  record RecordLiteral(Place place, SequencedMap<String, Entry> fields) implements Value {}

  /** An alternative without payload maps to {@link NoPayload}. */
  record Union(SequencedMap<String, Value> alternatives) implements Value {
    boolean hasPayload(String name) {
      return !(alternatives.get(name) instanceof NoPayload);
    }
  }

  /** A constructor of a union: a value if the alternative is empty, otherwise a function that waits for the payload. */
  record Constructor(Place place, Union union, String name) implements Value {}

  /** A constructor with its payload. */
  record Injection(Place place, Union union, String name, Value payload) implements Value {}

  record If(Value condition, Value yes, Value no) implements Value {}

  record Merge(Value handlers, Value union, @Nullable Value annotation) implements Value {}

  record ToMap(Value record, @Nullable Value annotation) implements Value {}

  record ShowConstructor(Value value) implements Value {}

  record Assert(Value type) implements Value {}

  record Field(Value record, String name) implements Value {}

  /** Names are sorted. */
  record Projection(Value record, List<String> names) implements Value {}

  record ProjectionByType(Value record, Value type) implements Value {}

  record With(Value record, List<Term.Step> path, Value value) implements Value {}

  /** Stands where a mistake was reported; fits everywhere, so that one mistake gives one message. */
  record Unknown() implements Value {
    static final Unknown HERE = new Unknown();
  }

  /** Stands for the type of the payload of an alternative that has none. */
  record NoPayload() implements Value {
    static final NoPayload HERE = new NoPayload();
  }

  /** A field with the place of its name. */
  record Entry(Place place, Value value) {}

  static Constant constant(Builtin builtin, Value... arguments) {
    return new Constant(builtin, List.of(arguments));
  }

  static RecordType recordType(Map<String, Value> fields) {
    return new RecordType(new TreeMap<>(fields));
  }
}
