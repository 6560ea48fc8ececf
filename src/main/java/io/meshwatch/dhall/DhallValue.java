package io.meshwatch.dhall;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A checked and normalised value. Each part knows where it was written; what a function computed has the place of the call.
 * {@code toString} never shows content, since it may be a secret: use {@link DhallText} to show a value.
 */
public sealed interface DhallValue {
  /** Where it was written. */
  Place place();

  /** What it is, in a word or two, for messages. */
  String kind();

  record TextValue(Place place, String text) implements DhallValue {
    @Override
    public String kind() {
      return "Text";
    }

    @Override
    public String toString() {
      return "Text at " + place;
    }
  }

  record BoolValue(Place place, boolean value) implements DhallValue {
    @Override
    public String kind() {
      return "Bool";
    }
  }

  record NaturalValue(Place place, BigInteger value) implements DhallValue {
    @Override
    public String kind() {
      return "Natural";
    }
  }

  record IntegerValue(Place place, BigInteger value) implements DhallValue {
    @Override
    public String kind() {
      return "Integer";
    }
  }

  record DoubleValue(Place place, double value) implements DhallValue {
    @Override
    public String kind() {
      return "Double";
    }
  }

  /** A list; the type is that of the list. */
  record ListValue(Place place, List<DhallValue> items, DhallExpression type) implements DhallValue {
    @Override
    public String kind() {
      return "List";
    }
  }

  /** {@code Some value} or {@code None}; the type is that of the optional. */
  record OptionalValue(Place place, Optional<DhallValue> value, DhallExpression type) implements DhallValue {
    @Override
    public String kind() {
      return "Optional";
    }
  }

  /** A record, fields sorted by name. */
  record RecordValue(Place place, SequencedMap<String, Field> fields) implements DhallValue {
    @Override
    public String kind() {
      return "record";
    }

    /** The value of a field. */
    public Optional<DhallValue> field(String name) {
      return Optional.ofNullable(fields.get(name)).map(Field::value);
    }
  }

  /** A value of a union: the name of the alternative, its payload if it has one, and the names of all alternatives. */
  record AlternativeValue(Place place, String name, Optional<DhallValue> payload, List<String> alternatives, DhallExpression type)
      implements DhallValue {
    @Override
    public String kind() {
      return "`" + name + "` of a union";
    }
  }

  /** What has no counterpart in Java settings: a date, bytes, a function, a type. */
  record OtherValue(Place place, String kind, DhallExpression expression) implements DhallValue {
    @Override
    public String toString() {
      return kind + " at " + place;
    }
  }

  /** A field with the place of its name. */
  record Field(Place place, DhallValue value) {}
}
