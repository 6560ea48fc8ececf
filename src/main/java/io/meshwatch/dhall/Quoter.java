package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns a value back into a term in normal form. Confined to one thread. */
final class Quoter {
  /** Names of the binders around, outermost first: the name of a variable is that of its level. */
  private final List<String> names;

  private Quoter(List<String> names) {
    this.names = names;
  }

  /** The term of a closed value. */
  static Term quote(Value value) {
    return quote(value, List.of());
  }

  /** The term of a value under binders of these names, outermost first. */
  static Term quote(Value value, List<String> binders) {
    return new Quoter(new ArrayList<>(binders)).term(value);
  }

  private Term term(Value value) {
    Place place = value.place();
    return switch (value) {
      case Value.Variable variable -> variable(variable);
      case Value.Constant constant -> {
        Term term = new Term.Constant(place, constant.builtin());
        for (Value argument : constant.arguments()) {
          term = new Term.Application(place, term, term(argument));
        }
        yield term;
      }
      case Value.Lambda lambda -> new Term.Lambda(place, lambda.name(), term(lambda.domain()), body(lambda.name(), lambda.body()));
      case Value.Pi pi -> new Term.Pi(place, pi.name(), term(pi.domain()), body(pi.name(), pi.codomain()));
      case Value.Application application -> new Term.Application(place, term(application.function()), term(application.argument()));
      case Value.Binary binary -> new Term.Binary(place, binary.operator(), term(binary.left()), term(binary.right()));
      case Value.BoolLiteral literal -> new Term.BoolLiteral(place, literal.value());
      case Value.NaturalLiteral literal -> new Term.NaturalLiteral(place, literal.value());
      case Value.IntegerLiteral literal -> new Term.IntegerLiteral(place, literal.value());
      case Value.DoubleLiteral literal -> new Term.DoubleLiteral(place, literal.value());
      case Value.TextLiteral literal -> new Term.TextLiteral(place, literal.pieces(), terms(literal.values()));
      case Value.BytesLiteral literal -> new Term.BytesLiteral(place, literal.value());
      case Value.DateLiteral literal -> new Term.DateLiteral(place, literal.value());
      case Value.TimeLiteral literal -> new Term.TimeLiteral(place, literal.hour(), literal.minute(), literal.second());
      case Value.TimeZoneLiteral literal -> new Term.TimeZoneLiteral(place, literal.negative(), literal.hours(), literal.minutes());
      case Value.ListLiteral literal -> new Term.ListLiteral(place, terms(literal.items()));
      case Value.EmptyList list -> new Term.EmptyList(place, term(list.type()));
      case Value.Some some -> new Term.Some(place, term(some.value()));
      case Value.RecordType type -> recordType(type);
      case Value.RecordLiteral literal -> recordLiteral(literal);
      case Value.Union union -> union(union);
      case Value.Constructor constructor -> new Term.Field(place, union(constructor.union()), constructor.name(), place);
      case Value.Injection injection ->
          new Term.Application(place, new Term.Field(place, union(injection.union()), injection.name(), place), term(injection.payload()));
      case Value.If choice -> new Term.If(place, term(choice.condition()), term(choice.yes()), term(choice.no()));
      case Value.Merge merge -> new Term.Merge(place, term(merge.handlers()), term(merge.union()), maybe(merge.annotation()));
      case Value.ToMap map -> new Term.ToMap(place, term(map.record()), maybe(map.annotation()));
      case Value.ShowConstructor show -> new Term.ShowConstructor(place, term(show.value()));
      case Value.Assert assertion -> new Term.Assert(place, term(assertion.type()));
      case Value.Field field -> new Term.Field(place, term(field.record()), field.name(), place);
      case Value.Projection projection -> new Term.Projection(place, term(projection.record()), places(projection.names()));
      case Value.ProjectionByType projection -> new Term.ProjectionByType(place, term(projection.record()), term(projection.type()));
      case Value.With with -> new Term.With(place, term(with.record()), with.path(), term(with.value()));
      case Value.Unknown unknown -> new Term.Embedded(place, unknown, unknown);
      case Value.NoPayload none -> throw new IllegalStateException("an alternative without payload has no type");
    };
  }

  private Term variable(Value.Variable variable) {
    if (variable.level() < 0) {
      int bound = (int) names.stream().filter(variable.name()::equals).count();
      return new Term.Variable(Place.NOWHERE, variable.name(), -1 - variable.level() + bound);
    }
    String name = names.get(variable.level());
    int index = 0;
    for (int level = variable.level() + 1; level < names.size(); level++) {
      if (names.get(level).equals(name)) {
        index++;
      }
    }
    return new Term.Variable(Place.NOWHERE, name, index);
  }

  private Term body(String name, Value.Closure closure) {
    Value body = closure.apply(new Value.Variable(name, names.size()));
    names.add(name);
    Term term = term(body);
    names.removeLast();
    return term;
  }

  private List<Term> terms(List<Value> values) {
    List<Term> terms = new ArrayList<>(values.size());
    for (Value value : values) {
      terms.add(term(value));
    }
    return terms;
  }

  private @Nullable Term maybe(@Nullable Value value) {
    return value == null ? null : term(value);
  }

  private Term recordType(Value.RecordType type) {
    Map<String, Term.Entry> fields = new LinkedHashMap<>();
    type.fields().forEach((name, field) -> fields.put(name, new Term.Entry(Place.NOWHERE, term(field))));
    return new Term.RecordType(Place.NOWHERE, fields);
  }

  private Term recordLiteral(Value.RecordLiteral literal) {
    Map<String, Term.Entry> fields = new LinkedHashMap<>();
    literal.fields().forEach((name, entry) -> fields.put(name, new Term.Entry(entry.place(), term(entry.value()))));
    return new Term.RecordLiteral(literal.place(), fields);
  }

  private Term union(Value.Union union) {
    Map<String, Term.Alternative> alternatives = new LinkedHashMap<>();
    union.alternatives().forEach((name, type) ->
        alternatives.put(name, new Term.Alternative(Place.NOWHERE, type instanceof Value.NoPayload ? null : term(type))));
    return new Term.Union(Place.NOWHERE, alternatives);
  }

  private static Map<String, Place> places(List<String> names) {
    Map<String, Place> places = new LinkedHashMap<>();
    names.forEach(name -> places.put(name, Place.NOWHERE));
    return places;
  }
}
