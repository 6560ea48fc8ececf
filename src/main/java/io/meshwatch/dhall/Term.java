package io.meshwatch.dhall;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A Dhall expression as written, with the place of each part. Records and unions keep the order of the source. */
sealed interface Term {
  Place place();

  /** {@code name@index}. */
  record Variable(Place place, String name, int index) implements Term {}

  record Constant(Place place, Builtin builtin) implements Term {}

  record Lambda(Place place, String name, Term domain, Term body) implements Term {}

  /** A function type; the name is {@code _} if written as an arrow. */
  record Pi(Place place, String name, Term domain, Term codomain) implements Term {}

  record Application(Place place, Term function, Term argument) implements Term {}

  record Let(Place place, String name, @Nullable Term annotation, Term value, Term body) implements Term {}

  record Annotation(Place place, Term term, Term type) implements Term {}

  /** A repeated field is what {@code { a.b = 1, a.c = 2 }} means for {@code a}; its place is that of the second name. */
  record Binary(Place place, Operator operator, Term left, Term right, boolean isRepeatedField) implements Term {
    Binary(Place place, Operator operator, Term left, Term right) {
      this(place, operator, left, right, false);
    }
  }

  record BoolLiteral(Place place, boolean value) implements Term {}

  record NaturalLiteral(Place place, BigInteger value) implements Term {}

  record IntegerLiteral(Place place, BigInteger value) implements Term {}

  record DoubleLiteral(Place place, double value) implements Term {}

  /** Pieces of text with terms between them: one more piece than terms. */
  record TextLiteral(Place place, List<String> pieces, List<Term> terms) implements Term {}

  record BytesLiteral(Place place, byte[] value) implements Term {}

  record DateLiteral(Place place, LocalDate value) implements Term {}

  /** The scale of the seconds is the precision that was written. */
  record TimeLiteral(Place place, int hour, int minute, BigDecimal second) implements Term {}

  /** The sign stands apart because {@code -00:00} differs from {@code +00:00}. */
  record TimeZoneLiteral(Place place, boolean negative, int hours, int minutes) implements Term {}

  record ListLiteral(Place place, List<Term> items) implements Term {}

  /** {@code [] : type}. */
  record EmptyList(Place place, Term type) implements Term {}

  record Some(Place place, Term value) implements Term {}

  record RecordType(Place place, Map<String, Entry> fields) implements Term {}

  record RecordLiteral(Place place, Map<String, Entry> fields) implements Term {}

  record Union(Place place, Map<String, Alternative> alternatives) implements Term {}

  record If(Place place, Term condition, Term yes, Term no) implements Term {}

  record Merge(Place place, Term handlers, Term union, @Nullable Term annotation) implements Term {}

  record ToMap(Place place, Term record, @Nullable Term annotation) implements Term {}

  record ShowConstructor(Place place, Term value) implements Term {}

  record Assert(Place place, Term type) implements Term {}

  /** {@code record.name}; also a constructor of a union type. */
  record Field(Place place, Term record, String name, Place namePlace) implements Term {}

  /** {@code record.{ a, b }}. */
  record Projection(Place place, Term record, Map<String, Place> names) implements Term {}

  /** {@code record.(type)}. */
  record ProjectionByType(Place place, Term record, Term type) implements Term {}

  /** {@code schema::record}. */
  record Completion(Place place, Term schema, Term record) implements Term {}

  /** {@code record with a.b = value}. */
  record With(Place place, Term record, List<Step> path, Term value) implements Term {}

  record Import(Place place, ImportTarget target, ImportMode mode, byte @Nullable [] hash) implements Term {}

  /** A closed value that stands where an import or a predefined name stood. */
  record Embedded(Place place, Value value, Value type) implements Term {}

  /** A field with the place of its name. */
  record Entry(Place place, Term value) {}

  /** An alternative of a union with the place of its name; without a type it is an empty alternative. */
  record Alternative(Place place, @Nullable Term type) {}

  /** One component of the path of {@code with}: a field, or {@code ?} for the inside of an optional value. */
  record Step(Place place, String name, boolean optional) {}
}
