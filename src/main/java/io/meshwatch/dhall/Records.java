package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Computes what can be done with records and record types, as far as they are known. */
final class Records {
  private final Evaluator evaluator;

  Records(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** {@code record.name}, also for constructors of unions. */
  Value field(Value record, String name, Place place) {
    return switch (record) {
      case Value.RecordLiteral literal -> {
        Value.Entry entry = literal.fields().get(name);
        yield entry == null ? Value.Unknown.HERE : entry.value();
      }
      case Value.Union union -> new Value.Constructor(place, union, name);
      case Value.Projection projection -> field(projection.record(), name, place);
      case Value.Binary binary when binary.operator() == Operator.PREFER -> preferredField(binary, name, place);
      case Value.Binary binary when binary.operator() == Operator.COMBINE -> combinedField(binary, name, place);
      case Value.Unknown unknown -> unknown;
      default -> new Value.Field(record, name);
    };
  }

  private Value preferredField(Value.Binary binary, String name, Place place) {
    if (binary.right() instanceof Value.RecordLiteral right) {
      Value.Entry entry = right.fields().get(name);
      return entry == null ? field(binary.left(), name, place) : entry.value();
    }
    if (binary.left() instanceof Value.RecordLiteral left) {
      Value.RecordLiteral only = only(left, name);
      return only == null
          ? field(binary.right(), name, place)
          : new Value.Field(new Value.Binary(Operator.PREFER, only, binary.right()), name);
    }
    return new Value.Field(binary, name);
  }

  private Value combinedField(Value.Binary binary, String name, Place place) {
    if (binary.left() instanceof Value.RecordLiteral left) {
      Value.RecordLiteral only = only(left, name);
      return only == null
          ? field(binary.right(), name, place)
          : new Value.Field(new Value.Binary(Operator.COMBINE, only, binary.right()), name);
    }
    if (binary.right() instanceof Value.RecordLiteral right) {
      Value.RecordLiteral only = only(right, name);
      return only == null
          ? field(binary.left(), name, place)
          : new Value.Field(new Value.Binary(Operator.COMBINE, binary.left(), only), name);
    }
    return new Value.Field(binary, name);
  }

  private static Value.@Nullable RecordLiteral only(Value.RecordLiteral record, String name) {
    Value.Entry entry = record.fields().get(name);
    if (entry == null) {
      return null;
    }
    SequencedMap<String, Value.Entry> fields = new TreeMap<>();
    fields.put(name, entry);
    return new Value.RecordLiteral(record.place(), fields);
  }

  /** {@code record.{ names }}; names are sorted. */
  Value project(Value record, List<String> names) {
    if (names.isEmpty()) {
      return new Value.RecordLiteral(record.place(), new TreeMap<>());
    }
    return switch (record) {
      case Value.RecordLiteral literal -> {
        SequencedMap<String, Value.Entry> fields = new TreeMap<>(literal.fields());
        fields.keySet().retainAll(names);
        yield new Value.RecordLiteral(literal.place(), fields);
      }
      case Value.Projection projection -> project(projection.record(), names);
      case Value.Binary binary when binary.operator() == Operator.PREFER && binary.right() instanceof Value.RecordLiteral right -> {
        List<String> leftNames = names.stream().filter(name -> !right.fields().containsKey(name)).toList();
        List<String> rightNames = names.stream().filter(right.fields()::containsKey).toList();
        yield prefer(project(binary.left(), leftNames), project(right, rightNames));
      }
      case Value.Unknown unknown -> unknown;
      default -> new Value.Projection(record, names);
    };
  }

  /** {@code record.(type)}. */
  Value projectByType(Value record, Value type) {
    return type instanceof Value.RecordType known
        ? project(record, List.copyOf(known.fields().keySet()))
        : new Value.ProjectionByType(record, type);
  }

  /** {@code left // right}. */
  Value prefer(Value left, Value right) {
    if (isEmptyRecord(left)) {
      return right;
    }
    if (isEmptyRecord(right)) {
      return left;
    }
    if (left instanceof Value.RecordLiteral one && right instanceof Value.RecordLiteral two) {
      // The result is thought to be written where its defaults are not.
      return merged(two.place(), one, two, (old, wins) -> wins);
    }
    return evaluator.equivalence().same(left, right) ? left : new Value.Binary(Operator.PREFER, left, right);
  }

  /** {@code left /\ right}. */
  Value combine(Value left, Value right) {
    if (isEmptyRecord(left)) {
      return right;
    }
    if (isEmptyRecord(right)) {
      return left;
    }
    if (left instanceof Value.RecordLiteral one && right instanceof Value.RecordLiteral two) {
      return merged(one.place(), one, two, this::combine);
    }
    return new Value.Binary(Operator.COMBINE, left, right);
  }

  private static Value merged(Place place, Value.RecordLiteral left, Value.RecordLiteral right, BinaryOperator<Value> collision) {
    SequencedMap<String, Value.Entry> fields = new TreeMap<>(left.fields());
    right.fields().forEach((name, entry) -> fields.merge(name, entry,
        (old, wins) -> new Value.Entry(wins.place(), collision.apply(old.value(), wins.value()))));
    return new Value.RecordLiteral(place, fields);
  }

  private static boolean isEmptyRecord(Value value) {
    return value instanceof Value.RecordLiteral literal && literal.fields().isEmpty();
  }

  /** {@code left //\\ right}. */
  Value combineTypes(Value left, Value right) {
    if (left instanceof Value.RecordType one && one.fields().isEmpty()) {
      return right;
    }
    if (right instanceof Value.RecordType two && two.fields().isEmpty()) {
      return left;
    }
    if (left instanceof Value.RecordType one && right instanceof Value.RecordType two) {
      SequencedMap<String, Value> fields = new TreeMap<>(one.fields());
      two.fields().forEach((name, type) -> fields.merge(name, type, this::combineTypes));
      return new Value.RecordType(fields);
    }
    return new Value.Binary(Operator.COMBINE_TYPES, left, right);
  }

  /** {@code toMap record}. */
  Value toMap(Value record, @Nullable Value annotation, Place place) {
    if (!(record instanceof Value.RecordLiteral literal)) {
      return new Value.ToMap(record, annotation);
    }
    if (literal.fields().isEmpty()) {
      return new Value.EmptyList(place, annotation == null ? Value.Unknown.HERE : annotation);
    }
    List<Value> items = new ArrayList<>();
    literal.fields().forEach((name, entry) -> {
      SequencedMap<String, Value.Entry> item = new TreeMap<>();
      item.put("mapKey", new Value.Entry(entry.place(), Value.TextLiteral.of(entry.place(), name)));
      item.put("mapValue", new Value.Entry(entry.place(), entry.value()));
      items.add(new Value.RecordLiteral(entry.place(), item));
    });
    return new Value.ListLiteral(place, items);
  }

  /** {@code record with path = value}. */
  Value with(Value record, List<Term.Step> path, Value value) {
    if (path.isEmpty()) {
      return value;
    }
    Term.Step step = path.getFirst();
    List<Term.Step> rest = path.subList(1, path.size());
    if (step.optional()) {
      return switch (record) {
        case Value.Some some -> new Value.Some(some.place(), with(some.value(), rest, value));
        case Value.Constant none when none.builtin() == Builtin.NONE -> none;
        default -> new Value.With(record, path, value);
      };
    }
    if (!(record instanceof Value.RecordLiteral literal)) {
      return new Value.With(record, path, value);
    }
    Value.Entry old = literal.fields().get(step.name());
    Value inner = old == null ? new Value.RecordLiteral(step.place(), new TreeMap<>()) : old.value();
    SequencedMap<String, Value.Entry> fields = new TreeMap<>(literal.fields());
    fields.put(step.name(), new Value.Entry(step.place(), with(inner, rest, value)));
    return new Value.RecordLiteral(literal.place(), fields);
  }
}
