package io.meshwatch.dhall;

import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The typing rules of records. */
final class RecordTypes {
  private static final Value TEXT = Value.constant(Builtin.TEXT);

  private final TypeChecker checker;

  RecordTypes(TypeChecker checker) {
    this.checker = checker;
  }

  /** {@code { name : type }}. */
  Value type(Context context, Term.RecordType type) {
    Builtin largest = Builtin.TYPE;
    boolean known = true;
    for (Term.Entry entry : type.fields().values()) {
      Builtin universe = checker.universe(context, checker.infer(context, entry.value()), entry.value().place());
      known &= universe != null;
      largest = universe == null ? largest : TypeChecker.larger(largest, universe);
    }
    return known ? Value.constant(largest) : Value.Unknown.HERE;
  }

  /** {@code { name = value }}; mistakes in different fields do not hide each other. */
  Value literal(Context context, Term.RecordLiteral literal) {
    SequencedMap<String, Value> fields = new TreeMap<>();
    literal.fields().forEach((name, entry) -> fields.put(name, fieldType(context, entry)));
    return new Value.RecordType(fields);
  }

  private Value fieldType(Context context, Term.Entry entry) {
    int before = checker.found();
    Value type = checker.infer(context, entry.value());
    boolean tooHigh = checker.found() == before && type instanceof Value.Constant constant && constant.builtin() == Builtin.SORT;
    return tooHigh ? checker.problem(entry.value().place(), "a field cannot hold this: expected a value or a type, got a kind") : type;
  }

  /**
   * Checks the parts of a term against the parts of the expected type, so that each mistake is shown at its own place. Returns the type as
   * inferred, or null if the term has no such parts and must be checked as a whole.
   */
  @Nullable Value checkParts(Context context, Term term, Value expected) {
    if (term instanceof Term.RecordLiteral literal && expected instanceof Value.RecordType type) {
      return checkFields(context, literal, type);
    }
    if (!(expected instanceof Value.Constant type && type.arguments().size() == 1)) {
      return null;
    }
    Value inner = type.arguments().getFirst();
    if (term instanceof Term.ListLiteral list && type.builtin() == Builtin.LIST) {
      Value first = checker.check(context, list.items().getFirst(), inner, "this item");
      list.items().stream().skip(1).forEach(item -> checker.check(context, item, inner, "this item"));
      return Value.constant(Builtin.LIST, first);
    }
    if (term instanceof Term.Some some && type.builtin() == Builtin.OPTIONAL) {
      return Value.constant(Builtin.OPTIONAL, checker.check(context, some.value(), inner, "what `Some` holds"));
    }
    return null;
  }

  private Value checkFields(Context context, Term.RecordLiteral literal, Value.RecordType type) {
    SequencedMap<String, Value> fields = new TreeMap<>(type.fields());
    literal.fields().forEach((name, entry) -> {
      Value expected = type.fields().get(name);
      if (expected == null) {
        checker.problem(entry.place(), "unknown field `" + name + "`" + Nearest.hint(name, type.fields().keySet()));
        checker.infer(context, entry.value());
      } else {
        fields.put(name, checker.check(context, entry.value(), expected, "the field `" + name + "`"));
      }
    });
    type.fields().forEach((name, expected) -> {
      if (!literal.fields().containsKey(name)) {
        checker.problem(literal.place(), "the field `" + name + "` is missing: expected a value of type " + checker.brief(context, expected));
      }
    });
    return new Value.RecordType(fields);
  }

  /** {@code record.name}, or a constructor of a union type. */
  Value field(Context context, Term.Field field) {
    int before = checker.found();
    Value type = checker.infer(context, field.record());
    if (type instanceof Value.Unknown) {
      return type;
    }
    if (type instanceof Value.RecordType record) {
      Value found = record.fields().get(field.name());
      return found != null ? found : unknownField(field.namePlace(), field.name(), record);
    }
    if (type instanceof Value.Constant && checker.found() == before
        && checker.evaluator().evaluate(field.record(), context.values()) instanceof Value.Union union) {
      return constructor(field, union);
    }
    return checker.problem(field.namePlace(), "there is no field `" + field.name() + "` here: expected a record or a union type before the dot, got "
        + described(context, field.record(), type));
  }

  private String described(Context context, Term term, Value type) {
    return type instanceof Value.Constant constant && constant.builtin() == Builtin.TYPE
        ? "the type " + Printer.brief(checker.evaluator().evaluate(term, context.values()), context.names())
        : "a value of type " + checker.brief(context, type);
  }

  private Value unknownField(Place place, String name, Value.RecordType record) {
    return checker.problem(place, "unknown field `" + name + "`" + Nearest.hint(name, record.fields().keySet()));
  }

  private Value constructor(Term.Field field, Value.Union union) {
    Value payload = union.alternatives().get(field.name());
    if (payload == null) {
      return checker.problem(field.namePlace(),
          "unknown constructor `" + field.name() + "`" + Nearest.hint(field.name(), union.alternatives().keySet()));
    }
    return payload instanceof Value.NoPayload ? union : new Value.Pi(field.name(), payload, argument -> union);
  }

  /** {@code record.{ a, b }}. */
  Value projection(Context context, Term.Projection projection) {
    Value.RecordType record = record(context, projection.record(), "before `.{`");
    if (record == null) {
      return Value.Unknown.HERE;
    }
    SequencedMap<String, Value> fields = new TreeMap<>();
    projection.names().forEach((name, place) -> {
      Value type = record.fields().get(name);
      fields.put(name, type == null ? unknownField(place, name, record) : type);
    });
    return new Value.RecordType(fields);
  }

  /** {@code record.(type)}. */
  Value projectionByType(Context context, Term.ProjectionByType projection) {
    Value.RecordType record = record(context, projection.record(), "before `.(`");
    Value type = checker.type(context, projection.type());
    if (record == null || type instanceof Value.Unknown) {
      return Value.Unknown.HERE;
    }
    if (!(type instanceof Value.RecordType wanted)) {
      return checker.problem(projection.type().place(), "expected a record type between `.(` and `)`, got " + checker.brief(context, type));
    }
    wanted.fields().forEach((name, expected) -> {
      Value got = record.fields().get(name);
      if (got == null) {
        unknownField(projection.type().place(), name, record);
      } else {
        checker.expect(context, projection.type().place(), expected, got, "the field `" + name + "`");
      }
    });
    return wanted;
  }

  private Value.@Nullable RecordType record(Context context, Term term, String where) {
    Value type = checker.infer(context, term);
    if (type instanceof Value.RecordType record) {
      return record;
    }
    if (!(type instanceof Value.Unknown)) {
      checker.problem(term.place(), "expected a record " + where + ", got " + described(context, term, type));
    }
    return null;
  }

  /** {@code schema::record}: the record with the schema's defaults, checked against the schema's type. */
  Value completion(Context context, Term.Completion completion) {
    int before = checker.found();
    Value.RecordType schema = record(context, completion.schema(), "with the fields `Type` and `default` before `::`");
    if (schema == null || !hasSchemaFields(completion, schema)) {
      checker.infer(context, completion.record());
      return Value.Unknown.HERE;
    }
    Value type = checker.found() > before
        ? Value.Unknown.HERE
        : checker.type(context, new Term.Field(completion.schema().place(), completion.schema(), "Type", completion.schema().place()));
    Value defaults = schema.fields().get("default");
    if (!(type instanceof Value.RecordType expected) || !(defaults instanceof Value.RecordType given)) {
      checker.infer(context, completion.record());
      return type instanceof Value.Unknown || defaults instanceof Value.Unknown
          ? type
          : checker.problem(completion.schema().place(), "expected `Type` to be a record type and `default` a record before `::`");
    }
    completed(context, completion, expected, given);
    return type;
  }

  private boolean hasSchemaFields(Term.Completion completion, Value.RecordType schema) {
    for (String name : List.of("Type", "default")) {
      if (!schema.fields().containsKey(name)) {
        checker.problem(completion.schema().place(), "expected a record with the fields `Type` and `default` before `::`; `" + name + "` is missing");
        return false;
      }
    }
    return true;
  }

  private void completed(Context context, Term.Completion completion, Value.RecordType expected, Value.RecordType defaults) {
    SequencedMap<String, Value> fields = new TreeMap<>(defaults.fields());
    for (String name : defaults.fields().keySet()) {
      if (!expected.fields().containsKey(name)) {
        checker.problem(completion.schema().place(), "`default` has the field `" + name + "`, which `Type` has not");
      }
    }
    if (completion.record() instanceof Term.RecordLiteral literal) {
      // Fields that the defaults do not give, or give with another type, must be in the record.
      SequencedMap<String, Value> wanted = new TreeMap<>(expected.fields());
      wanted.keySet().removeIf(name -> !literal.fields().containsKey(name) && same(defaults.fields().get(name), expected.fields().get(name)));
      checkCompleted(context, literal, expected, wanted);
      return;
    }
    Value.RecordType given = record(context, completion.record(), "after `::`");
    if (given != null) {
      fields.putAll(given.fields());
      checker.expect(context, completion.record().place(), expected, new Value.RecordType(fields), "this record with its defaults");
    }
  }

  private boolean same(@Nullable Value one, @Nullable Value two) {
    return one != null && two != null && checker.same(one, two);
  }

  private void checkCompleted(Context context, Term.RecordLiteral literal, Value.RecordType expected, SequencedMap<String, Value> wanted) {
    literal.fields().forEach((name, entry) -> {
      if (!expected.fields().containsKey(name)) {
        checker.problem(entry.place(), "unknown field `" + name + "`" + Nearest.hint(name, expected.fields().keySet()));
        checker.infer(context, entry.value());
      } else {
        checker.check(context, entry.value(), expected.fields().get(name), "the field `" + name + "`");
      }
    });
    wanted.forEach((name, type) -> {
      if (!literal.fields().containsKey(name)) {
        checker.problem(literal.place(),
            "the field `" + name + "` has no default and is missing: expected a value of type " + checker.brief(context, type));
      }
    });
  }

  /** {@code record with a.b = value}. */
  Value with(Context context, Term.With with) {
    int before = checker.found();
    Value record = checker.infer(context, with.record());
    Value value = checker.infer(context, with.value());
    return checker.found() > before ? Value.Unknown.HERE : changed(context, with, record, with.path(), value);
  }

  private Value changed(Context context, Term.With with, Value record, List<Term.Step> path, Value value) {
    if (path.isEmpty()) {
      return value;
    }
    Term.Step step = path.getFirst();
    List<Term.Step> rest = path.subList(1, path.size());
    if (step.optional()) {
      return changedOptional(context, with, record, step, rest, value);
    }
    if (!(record instanceof Value.RecordType type)) {
      return record instanceof Value.Unknown ? record
          : checker.problem(step.place(), "`with` changes the field `" + step.name() + "`: expected a record, got " + checker.brief(context, record));
    }
    SequencedMap<String, Value> fields = new TreeMap<>(type.fields());
    Value inner = fields.getOrDefault(step.name(), new Value.RecordType(new TreeMap<>()));
    fields.put(step.name(), changed(context, with, inner, rest, value));
    return new Value.RecordType(fields);
  }

  private Value changedOptional(Context context, Term.With with, Value optional, Term.Step step, List<Term.Step> rest, Value value) {
    if (!(optional instanceof Value.Constant type && type.builtin() == Builtin.OPTIONAL && type.arguments().size() == 1)) {
      return optional instanceof Value.Unknown ? optional
          : checker.problem(step.place(), "`?` changes what is inside an Optional: expected an Optional, got " + checker.brief(context, optional));
    }
    Value inner = type.arguments().getFirst();
    Value changed = changed(context, with, inner, rest, value);
    checker.expect(context, with.value().place(), inner, changed, "what `?` changes");
    return optional;
  }

  /** {@code toMap record}. */
  Value toMap(Context context, Term.ToMap map) {
    Value annotation = map.annotation() == null ? null : checker.type(context, map.annotation());
    Value.RecordType record = record(context, map.record(), "after `toMap`");
    if (record == null || annotation instanceof Value.Unknown) {
      return Value.Unknown.HERE;
    }
    Value item = annotation == null ? null : mapValueType(annotation);
    if (annotation != null && item == null) {
      return checker.problem(map.place(),
          "the type of `toMap`: expected List { mapKey : Text, mapValue : … }, got " + checker.brief(context, annotation));
    }
    if (record.fields().isEmpty() && item == null) {
      return checker.problem(map.place(), "`toMap` of an empty record needs its type, as in `toMap {=} : List { mapKey : Text, mapValue : Text }`");
    }
    for (Map.Entry<String, Value> field : record.fields().entrySet()) {
      if (item == null) {
        item = field.getValue();
        checker.needTerm(context, item, map.record().place(), "a field for `toMap`");
      }
      checker.expect(context, map.record().place(), item, field.getValue(), "the field `" + field.getKey() + "` of the map");
    }
    return mapType(item == null ? Value.Unknown.HERE : item);
  }

  private static Value mapType(Value item) {
    return Value.constant(Builtin.LIST, Value.recordType(Map.of("mapKey", TEXT, "mapValue", item)));
  }

  private @Nullable Value mapValueType(Value type) {
    if (type instanceof Value.Constant list && list.builtin() == Builtin.LIST && list.arguments().size() == 1
        && list.arguments().getFirst() instanceof Value.RecordType item) {
      Value value = item.fields().get("mapValue");
      return value != null && checker.same(type, mapType(value)) ? value : null;
    }
    return null;
  }

  /** {@code left // right}. */
  Value prefer(Context context, Term.Binary binary) {
    Value.RecordType left = record(context, binary.left(), "to the left of `//`");
    Value.RecordType right = record(context, binary.right(), "to the right of `//`");
    if (left == null || right == null) {
      return Value.Unknown.HERE;
    }
    SequencedMap<String, Value> fields = new TreeMap<>(left.fields());
    fields.putAll(right.fields());
    return new Value.RecordType(fields);
  }

  /** {@code left /\ right}. */
  Value combine(Context context, Term.Binary binary) {
    if (binary.isRepeatedField()) {
      return repeatedField(context, binary);
    }
    Value.RecordType left = record(context, binary.left(), "to the left of `/\\`");
    Value.RecordType right = record(context, binary.right(), "to the right of `/\\`");
    return left == null || right == null ? Value.Unknown.HERE : combined(binary.place(), "", left, right);
  }

  private Value repeatedField(Context context, Term.Binary binary) {
    Value left = checker.infer(context, binary.left());
    Value right = checker.infer(context, binary.right());
    if (left instanceof Value.RecordType one && right instanceof Value.RecordType two) {
      return combined(binary.place(), "", one, two);
    }
    return left instanceof Value.Unknown || right instanceof Value.Unknown
        ? Value.Unknown.HERE
        : checker.problem(binary.place(), "this field is there twice: expected it once, or records both times, which are combined");
  }

  /** {@code left //\\ right}, on types. */
  Value combineTypes(Context context, Term.Binary binary) {
    int before = checker.found();
    Value leftUniverse = checker.infer(context, binary.left());
    Value rightUniverse = checker.infer(context, binary.right());
    if (checker.found() > before) {
      return Value.Unknown.HERE;
    }
    Value.RecordType left = recordType(context, binary.left(), leftUniverse);
    Value.RecordType right = recordType(context, binary.right(), rightUniverse);
    if (left == null || right == null) {
      return Value.Unknown.HERE;
    }
    combined(binary.place(), "", left, right);
    Builtin one = checker.universe(context, leftUniverse, binary.place());
    Builtin two = checker.universe(context, rightUniverse, binary.place());
    return one == null || two == null ? Value.Unknown.HERE : Value.constant(TypeChecker.larger(one, two));
  }

  private Value.@Nullable RecordType recordType(Context context, Term term, Value universe) {
    if (universe instanceof Value.Unknown) {
      return null;
    }
    if (universe instanceof Value.Constant && checker.evaluator().evaluate(term, context.values()) instanceof Value.RecordType type) {
      return type;
    }
    checker.problem(term.place(), "expected a record type beside `//\\\\`, got " + described(context, term, universe));
    return null;
  }

  private Value combined(Place place, String path, Value.RecordType left, Value.RecordType right) {
    SequencedMap<String, Value> fields = new TreeMap<>(left.fields());
    right.fields().forEach((name, type) -> fields.merge(name, type, (one, two) -> {
      String inner = path.isEmpty() ? name : path + "." + name;
      if (one instanceof Value.RecordType a && two instanceof Value.RecordType b) {
        return combined(place, inner, a, b);
      }
      return one instanceof Value.Unknown || two instanceof Value.Unknown ? Value.Unknown.HERE
          : checker.problem(place, "the field `" + inner + "` is on both sides and cannot be combined: expected records on both sides");
    }));
    return new Value.RecordType(fields);
  }
}
