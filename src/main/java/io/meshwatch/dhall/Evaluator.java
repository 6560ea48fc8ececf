package io.meshwatch.dhall;

import io.meshwatch.model.ProblemsException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Normalises by evaluation: a term becomes a {@link Value} in which every known function is applied and every known operator computed.
 * Terms are expected to be well typed; where an operand is not known (a variable under a lambda), the operation stays as it is.
 * Dhall always terminates, but it may take longer than the universe: hence the limits. Confined to one load.
 */
final class Evaluator {
  /** Function calls and loop turns of one load. */
  static final long STEPS_MAX = 5_000_000;

  /** Calls within calls. */
  static final int DEPTH_MAX = 600;

  /** Bits of a number. */
  static final int NATURAL_BITS_MAX = 100_000;

  /** Items of a list. */
  static final int LIST_ITEMS_MAX = 1_000_000;

  /** Characters of a text. */
  static final int TEXT_LENGTH_MAX = 16 << 20;

  private final Builtins builtins = new Builtins(this);
  private final Records records = new Records(this);
  private final Equivalence equivalence = new Equivalence();
  private long steps;
  private int depth;
  private Place lastPlace = Place.NOWHERE;

  Equivalence equivalence() {
    return equivalence;
  }

  /** Normalises a term in a scope. */
  Value evaluate(Term term, @Nullable Scope scope) {
    if (depth >= DEPTH_MAX) {
      throw new ProblemsException(term.place().error("this computes too deeply: expected at most " + DEPTH_MAX + " calls within calls"));
    }
    depth++;
    try {
      return unguarded(term, scope);
    } finally {
      depth--;
    }
  }

  private Value unguarded(Term start, @Nullable Scope startScope) {
    Term term = start;
    Scope scope = startScope;
    while (true) {
      switch (term) {
        case Term.Let let -> {
          scope = Scope.with(let.name(), evaluate(let.value(), scope), scope);
          term = let.body();
        }
        case Term.Annotation annotation -> term = annotation.term();
        case Term.If choice -> {
          Value condition = evaluate(choice.condition(), scope);
          if (!(condition instanceof Value.BoolLiteral known)) {
            return choose(condition, evaluate(choice.yes(), scope), evaluate(choice.no(), scope));
          }
          term = known.value() ? choice.yes() : choice.no();
        }
        default -> {
          return simple(term, scope);
        }
      }
    }
  }

  private Value simple(Term term, @Nullable Scope scope) {
    return switch (term) {
      case Term.Variable variable -> Scope.find(scope, variable.name(), variable.index());
      case Term.Constant constant -> Value.constant(constant.builtin());
      case Term.Embedded embedded -> embedded.value();
      case Term.Lambda lambda ->
          new Value.Lambda(lambda.name(), evaluate(lambda.domain(), scope),
              argument -> evaluate(lambda.body(), new Scope(lambda.name(), argument, scope)));
      case Term.Pi pi ->
          new Value.Pi(pi.name(), evaluate(pi.domain(), scope),
              argument -> evaluate(pi.codomain(), new Scope(pi.name(), argument, scope)));
      case Term.Application application -> {
        Value function = evaluate(application.function(), scope);
        Value argument = evaluate(application.argument(), scope);
        lastPlace = application.place();
        yield apply(function, argument, application.place());
      }
      case Term.Binary binary -> binary(binary, scope);
      case Term.BoolLiteral literal -> new Value.BoolLiteral(literal.place(), literal.value());
      case Term.NaturalLiteral literal -> new Value.NaturalLiteral(literal.place(), literal.value());
      case Term.IntegerLiteral literal -> new Value.IntegerLiteral(literal.place(), literal.value());
      case Term.DoubleLiteral literal -> new Value.DoubleLiteral(literal.place(), literal.value());
      case Term.BytesLiteral literal -> new Value.BytesLiteral(literal.place(), literal.value());
      case Term.DateLiteral literal -> new Value.DateLiteral(literal.place(), literal.value());
      case Term.TimeLiteral literal -> new Value.TimeLiteral(literal.place(), literal.hour(), literal.minute(), literal.second());
      case Term.TimeZoneLiteral literal ->
          new Value.TimeZoneLiteral(literal.place(), literal.negative(), literal.hours(), literal.minutes());
      case Term.TextLiteral literal -> text(literal, scope);
      case Term.ListLiteral literal -> new Value.ListLiteral(literal.place(), evaluateAll(literal.items(), scope));
      case Term.EmptyList list -> new Value.EmptyList(list.place(), evaluate(list.type(), scope));
      case Term.Some some -> new Value.Some(some.place(), evaluate(some.value(), scope));
      case Term.RecordType type -> recordType(type, scope);
      case Term.RecordLiteral literal -> recordLiteral(literal, scope);
      case Term.Union union -> union(union, scope);
      case Term.Merge merge ->
          merge(evaluate(merge.handlers(), scope), evaluate(merge.union(), scope), maybe(merge.annotation(), scope), merge.place());
      case Term.ToMap map -> records.toMap(evaluate(map.record(), scope), maybe(map.annotation(), scope), map.place());
      case Term.ShowConstructor show -> showConstructor(evaluate(show.value(), scope), show.place());
      case Term.Assert assertion -> new Value.Assert(evaluate(assertion.type(), scope));
      case Term.Field field -> records.field(evaluate(field.record(), scope), field.name(), field.namePlace());
      case Term.Projection projection ->
          records.project(evaluate(projection.record(), scope), projection.names().keySet().stream().sorted().toList());
      case Term.ProjectionByType projection ->
          records.projectByType(evaluate(projection.record(), scope), evaluate(projection.type(), scope));
      case Term.Completion completion -> {
        Value defaults = records.field(evaluate(completion.schema(), scope), "default", completion.place());
        yield records.prefer(defaults, evaluate(completion.record(), scope));
      }
      case Term.With with -> records.with(evaluate(with.record(), scope), with.path(), evaluate(with.value(), scope));
      case Term.Import unresolved -> throw new IllegalStateException("import was not resolved: " + unresolved.target());
      case Term.Let let -> evaluate(let, scope);
      case Term.Annotation annotation -> evaluate(annotation, scope);
      case Term.If choice -> evaluate(choice, scope);
    };
  }

  private @Nullable Value maybe(@Nullable Term term, @Nullable Scope scope) {
    return term == null ? null : evaluate(term, scope);
  }

  private List<Value> evaluateAll(List<Term> terms, @Nullable Scope scope) {
    List<Value> values = new ArrayList<>(terms.size());
    for (Term term : terms) {
      values.add(evaluate(term, scope));
    }
    return values;
  }

  private Value recordType(Term.RecordType type, @Nullable Scope scope) {
    SequencedMap<String, Value> fields = new TreeMap<>();
    type.fields().forEach((name, entry) -> fields.put(name, evaluate(entry.value(), scope)));
    return new Value.RecordType(fields);
  }

  private Value recordLiteral(Term.RecordLiteral literal, @Nullable Scope scope) {
    SequencedMap<String, Value.Entry> fields = new TreeMap<>();
    literal.fields().forEach((name, entry) -> fields.put(name, new Value.Entry(entry.place(), evaluate(entry.value(), scope))));
    return new Value.RecordLiteral(literal.place(), fields);
  }

  private Value union(Term.Union union, @Nullable Scope scope) {
    SequencedMap<String, Value> alternatives = new TreeMap<>();
    for (Map.Entry<String, Term.Alternative> alternative : new LinkedHashMap<>(union.alternatives()).entrySet()) {
      Term type = alternative.getValue().type();
      alternatives.put(alternative.getKey(), type == null ? Value.NoPayload.HERE : evaluate(type, scope));
    }
    return new Value.Union(alternatives);
  }

  /** Applies a function. */
  Value apply(Value function, Value argument) {
    return apply(function, argument, argument.place());
  }

  /** Applies a function; {@code place} is where the result was written. */
  Value apply(Value function, Value argument, Place place) {
    step();
    return switch (function) {
      case Value.Lambda lambda -> lambda.body().apply(argument);
      case Value.Constant constant -> builtins.apply(constant, argument, place);
      case Value.Constructor constructor when constructor.union().hasPayload(constructor.name()) ->
          new Value.Injection(place, constructor.union(), constructor.name(), argument);
      case Value.Unknown unknown -> unknown;
      default -> new Value.Application(function, argument);
    };
  }

  /** Counts one step of work; fails when the load has done too many. */
  void step() {
    if (++steps > STEPS_MAX) {
      throw new ProblemsException(lastPlace.error("this computes too long: expected at most " + STEPS_MAX + " steps"));
    }
  }

  ProblemsException tooLarge(Place place, String what, long max) {
    Place known = place.offset() < 0 ? lastPlace : place;
    return new ProblemsException(known.error(what + " becomes too large: expected at most " + max));
  }

  private Value choose(Value condition, Value yes, Value no) {
    if (yes instanceof Value.BoolLiteral one && no instanceof Value.BoolLiteral two && one.value() && !two.value()) {
      return condition;
    }
    return equivalence.same(yes, no) ? yes : new Value.If(condition, yes, no);
  }

  /** A chain like {@code a ++ b ++ c} nests to the left; it is walked in a loop, so that its length does not matter. */
  private Value binary(Term.Binary binary, @Nullable Scope scope) {
    Deque<Term.Binary> chain = new ArrayDeque<>();
    Term first = binary;
    while (first instanceof Term.Binary next) {
      chain.push(next);
      first = next.left();
    }
    Value left = evaluate(first, scope);
    for (Term.Binary next : chain) {
      left = isDecided(next.operator(), left) ? left : operate(next, left, evaluate(next.right(), scope));
    }
    return left;
  }

  private static boolean isDecided(Operator operator, Value left) {
    return left instanceof Value.BoolLiteral known
        && (known.value() ? operator == Operator.OR : operator == Operator.AND);
  }

  private Value operate(Term.Binary binary, Value left, Value right) {
    lastPlace = binary.place();
    return operate(binary.place(), binary.operator(), left, right);
  }

  /** Computes an operator as far as its operands are known. */
  Value operate(Place place, Operator operator, Value left, Value right) {
    return switch (operator) {
      case OR, AND, EQUAL, NOT_EQUAL -> logic(place, operator, left, right);
      case PLUS -> plus(place, left, right);
      case TIMES -> times(place, left, right);
      case TEXT_APPEND -> append(place, left, right);
      case LIST_APPEND -> appendLists(place, left, right);
      case COMBINE -> records.combine(left, right);
      case PREFER -> records.prefer(left, right);
      case COMBINE_TYPES -> records.combineTypes(left, right);
      case EQUIVALENT -> new Value.Binary(operator, left, right);
      case ALTERNATIVE -> left;
    };
  }

  private Value logic(Place place, Operator operator, Value left, Value right) {
    // The operand that decides nothing: `True && x`, `False || x`, `True == x`, `False != x` are all x.
    boolean neutral = operator == Operator.AND || operator == Operator.EQUAL;
    boolean absorbs = operator == Operator.AND || operator == Operator.OR;
    for (boolean swapped : new boolean[] {false, true}) {
      Value known = swapped ? right : left;
      Value other = swapped ? left : right;
      if (known instanceof Value.BoolLiteral literal) {
        if (literal.value() == neutral) {
          return other;
        }
        if (absorbs) {
          return known;
        }
      }
    }
    if (equivalence.same(left, right)) {
      return absorbs ? left : new Value.BoolLiteral(place, operator == Operator.EQUAL);
    }
    if (left instanceof Value.BoolLiteral one && right instanceof Value.BoolLiteral two) {
      return new Value.BoolLiteral(place, (one.value() == two.value()) == (operator == Operator.EQUAL));
    }
    return new Value.Binary(operator, left, right);
  }

  private Value plus(Place place, Value left, Value right) {
    if (isNatural(left, BigInteger.ZERO)) {
      return right;
    }
    if (isNatural(right, BigInteger.ZERO)) {
      return left;
    }
    if (left instanceof Value.NaturalLiteral one && right instanceof Value.NaturalLiteral two) {
      return natural(place, one.value().add(two.value()));
    }
    return new Value.Binary(Operator.PLUS, left, right);
  }

  private Value times(Place place, Value left, Value right) {
    if (isNatural(left, BigInteger.ZERO) || isNatural(right, BigInteger.ONE)) {
      return left;
    }
    if (isNatural(right, BigInteger.ZERO) || isNatural(left, BigInteger.ONE)) {
      return right;
    }
    if (left instanceof Value.NaturalLiteral one && right instanceof Value.NaturalLiteral two) {
      return natural(place, one.value().multiply(two.value()));
    }
    return new Value.Binary(Operator.TIMES, left, right);
  }

  private Value natural(Place place, BigInteger value) {
    if (value.bitLength() > NATURAL_BITS_MAX) {
      throw tooLarge(place, "this number", NATURAL_BITS_MAX);
    }
    return new Value.NaturalLiteral(place, value);
  }

  static boolean isNatural(Value value, BigInteger number) {
    return value instanceof Value.NaturalLiteral literal && literal.value().equals(number);
  }

  private Value text(Term.TextLiteral literal, @Nullable Scope scope) {
    if (literal.terms().isEmpty()) {
      return new Value.TextLiteral(literal.place(), literal.pieces(), List.of());
    }
    TextBuilder builder = new TextBuilder();
    builder.add(literal.pieces().getFirst());
    for (int i = 0; i < literal.terms().size(); i++) {
      builder.add(evaluate(literal.terms().get(i), scope));
      builder.add(literal.pieces().get(i + 1));
    }
    return builder.build(literal.place());
  }

  private Value append(Place place, Value left, Value right) {
    TextBuilder builder = new TextBuilder();
    builder.add(left);
    builder.add(right);
    return builder.build(place);
  }

  /** Joins pieces of text and values, taking in the pieces of values that are texts themselves. */
  final class TextBuilder {
    private final List<String> pieces = new ArrayList<>();
    private final List<Value> values = new ArrayList<>();
    private final StringBuilder piece = new StringBuilder();

    void add(String text) {
      if (piece.length() + text.length() > TEXT_LENGTH_MAX) {
        throw tooLarge(lastPlace, "this text", TEXT_LENGTH_MAX);
      }
      piece.append(text);
    }

    void add(Value value) {
      if (!(value instanceof Value.TextLiteral literal)) {
        pieces.add(piece.toString());
        piece.setLength(0);
        values.add(value);
        return;
      }
      add(literal.pieces().getFirst());
      for (int i = 0; i < literal.values().size(); i++) {
        add(literal.values().get(i));
        add(literal.pieces().get(i + 1));
      }
    }

    Value build(Place place) {
      // "${x}" is x.
      if (values.size() == 1 && piece.isEmpty() && pieces.getFirst().isEmpty()) {
        return values.getFirst();
      }
      pieces.add(piece.toString());
      return new Value.TextLiteral(place, List.copyOf(pieces), List.copyOf(values));
    }
  }

  private Value appendLists(Place place, Value left, Value right) {
    if (left instanceof Value.EmptyList) {
      return right;
    }
    if (right instanceof Value.EmptyList) {
      return left;
    }
    if (left instanceof Value.ListLiteral one && right instanceof Value.ListLiteral two) {
      int size = one.items().size() + two.items().size();
      if (size > LIST_ITEMS_MAX) {
        throw tooLarge(place, "this list", LIST_ITEMS_MAX);
      }
      List<Value> items = new ArrayList<>(size);
      items.addAll(one.items());
      items.addAll(two.items());
      return new Value.ListLiteral(place, items);
    }
    return new Value.Binary(Operator.LIST_APPEND, left, right);
  }

  private Value merge(Value handlers, Value union, @Nullable Value annotation, Place place) {
    if (handlers instanceof Value.RecordLiteral record) {
      switch (union) {
        case Value.Injection injection -> {
          return apply(handler(record, injection.name()), injection.payload(), place);
        }
        case Value.Constructor constructor -> {
          return handler(record, constructor.name());
        }
        case Value.Some some -> {
          return apply(handler(record, "Some"), some.value(), place);
        }
        case Value.Constant none when none.builtin() == Builtin.NONE -> {
          return handler(record, "None");
        }
        default -> {
          // Not known yet.
        }
      }
    }
    return new Value.Merge(handlers, union, annotation);
  }

  private static Value handler(Value.RecordLiteral handlers, String name) {
    Value.Entry entry = handlers.fields().get(name);
    return entry == null ? Value.Unknown.HERE : entry.value();
  }

  private static Value showConstructor(Value value, Place place) {
    return switch (value) {
      case Value.Injection injection -> Value.TextLiteral.of(place, injection.name());
      case Value.Constructor constructor -> Value.TextLiteral.of(place, constructor.name());
      case Value.Some some -> Value.TextLiteral.of(place, "Some");
      case Value.Constant none when none.builtin() == Builtin.NONE -> Value.TextLiteral.of(place, "None");
      default -> new Value.ShowConstructor(value);
    };
  }
}
