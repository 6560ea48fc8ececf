package io.meshwatch.dhall;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Computes the built-in functions once they have all arguments and know enough about them. */
final class Builtins {
  private final Evaluator evaluator;

  Builtins(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** One more argument for a built-in function. */
  Value apply(Value.Constant function, Value argument, Place place) {
    List<Value> arguments = new ArrayList<>(function.arguments());
    arguments.add(argument);
    Value.Constant applied = new Value.Constant(function.builtin(), arguments);
    if (arguments.size() != function.builtin().arity) {
      return applied;
    }
    Value result = compute(function.builtin(), arguments, place);
    return result == null ? applied : result;
  }

  /** The result, or null if the arguments are not known well enough. */
  private @Nullable Value compute(Builtin builtin, List<Value> arguments, Place place) {
    Value last = arguments.getLast();
    return switch (builtin) {
      case NATURAL_BUILD -> naturalBuild(last, place);
      case NATURAL_FOLD -> naturalFold(arguments);
      case NATURAL_IS_ZERO -> last instanceof Value.NaturalLiteral n ? bool(place, n.value().signum() == 0) : null;
      case NATURAL_EVEN -> last instanceof Value.NaturalLiteral n ? bool(place, !n.value().testBit(0)) : null;
      case NATURAL_ODD -> last instanceof Value.NaturalLiteral n ? bool(place, n.value().testBit(0)) : null;
      case NATURAL_TO_INTEGER -> last instanceof Value.NaturalLiteral n ? new Value.IntegerLiteral(place, n.value()) : null;
      case NATURAL_SHOW -> last instanceof Value.NaturalLiteral n ? text(place, n.value().toString()) : null;
      case NATURAL_SUBTRACT -> subtract(arguments.getFirst(), last, place);
      case INTEGER_TO_DOUBLE -> last instanceof Value.IntegerLiteral n ? new Value.DoubleLiteral(place, n.value().doubleValue()) : null;
      case INTEGER_SHOW -> last instanceof Value.IntegerLiteral n ? text(place, Literals.integer(n.value())) : null;
      case INTEGER_NEGATE -> last instanceof Value.IntegerLiteral n ? new Value.IntegerLiteral(place, n.value().negate()) : null;
      case INTEGER_CLAMP -> last instanceof Value.IntegerLiteral n ? new Value.NaturalLiteral(place, n.value().max(BigInteger.ZERO)) : null;
      case DOUBLE_SHOW -> last instanceof Value.DoubleLiteral n ? text(place, Literals.floatingPoint(n.value())) : null;
      case LIST_BUILD -> listBuild(arguments.getFirst(), last, place);
      case LIST_FOLD -> listFold(arguments);
      case LIST_LENGTH -> length(last, place);
      case LIST_HEAD -> end(arguments.getFirst(), last, place, true);
      case LIST_LAST -> end(arguments.getFirst(), last, place, false);
      case LIST_INDEXED -> indexed(arguments.getFirst(), last, place);
      case LIST_REVERSE -> reverse(last);
      case TEXT_SHOW -> last instanceof Value.TextLiteral t && t.isPlain() ? text(place, Literals.shown(t.text())) : null;
      case TEXT_REPLACE -> replace(arguments, place);
      case DATE_SHOW -> last instanceof Value.DateLiteral date ? text(place, date.value().toString()) : null;
      case TIME_SHOW -> last instanceof Value.TimeLiteral time ? text(place, Literals.time(time.hour(), time.minute(), time.second())) : null;
      case TIME_ZONE_SHOW ->
          last instanceof Value.TimeZoneLiteral zone ? text(place, Literals.timeZone(zone.negative(), zone.hours(), zone.minutes())) : null;
      case TYPE, KIND, SORT, BOOL, NATURAL, INTEGER, DOUBLE, TEXT, BYTES, DATE, TIME, TIME_ZONE, LIST, OPTIONAL, NONE -> null;
    };
  }

  private static Value bool(Place place, boolean value) {
    return new Value.BoolLiteral(place, value);
  }

  private static Value text(Place place, String text) {
    return Value.TextLiteral.of(place, text);
  }

  /** {@code Natural/build g}. */
  private Value naturalBuild(Value build, Place place) {
    Value natural = Value.constant(Builtin.NATURAL);
    Value one = new Value.NaturalLiteral(place, BigInteger.ONE);
    Value successor = new Value.Lambda("x", natural, x -> evaluator.operate(place, Operator.PLUS, x.get(), one));
    return call(build, natural, successor, new Value.NaturalLiteral(place, BigInteger.ZERO));
  }

  private Value call(Value function, Value... arguments) {
    Value result = function;
    for (Value argument : arguments) {
      result = evaluator.apply(result, argument);
    }
    return result;
  }

  /** {@code Natural/fold n type successor zero}; stops early once a turn changes nothing. */
  private @Nullable Value naturalFold(List<Value> arguments) {
    if (!(arguments.getFirst() instanceof Value.NaturalLiteral count)) {
      return null;
    }
    Value result = arguments.get(3);
    for (BigInteger left = count.value(); left.signum() > 0; left = left.subtract(BigInteger.ONE)) {
      Value next = evaluator.apply(arguments.get(2), result);
      if (isSmall(next) && evaluator.equivalence().same(next, result)) {
        return next;
      }
      result = next;
    }
    return result;
  }

  /** Values that are cheap to compare. */
  private static boolean isSmall(Value value) {
    return value instanceof Value.BoolLiteral || value instanceof Value.NaturalLiteral || value instanceof Value.IntegerLiteral;
  }

  private static @Nullable Value subtract(Value less, Value from, Place place) {
    if (less instanceof Value.NaturalLiteral one && from instanceof Value.NaturalLiteral two) {
      return new Value.NaturalLiteral(place, two.value().subtract(one.value()).max(BigInteger.ZERO));
    }
    if (Evaluator.isNatural(less, BigInteger.ZERO)) {
      return from;
    }
    if (Evaluator.isNatural(from, BigInteger.ZERO)) {
      return from;
    }
    return new Equivalence().same(less, from) ? new Value.NaturalLiteral(place, BigInteger.ZERO) : null;
  }

  /** {@code List/build type g}. */
  private Value listBuild(Value type, Value build, Place place) {
    Value list = Value.constant(Builtin.LIST, type);
    Value cons =
        new Value.Lambda("a", type, a -> new Value.Lambda("as", list, as -> {
          Value single = new Value.ListLiteral(a.get().place(), List.of(a.get()));
          return evaluator.operate(place, Operator.LIST_APPEND, single, as.get());
        }));
    return call(build, list, cons, new Value.EmptyList(place, list));
  }

  /** {@code List/fold type list result cons nil}. */
  private @Nullable Value listFold(List<Value> arguments) {
    List<Value> items = items(arguments.get(1));
    if (items == null) {
      return null;
    }
    Value result = arguments.get(4);
    for (Value item : items.reversed()) {
      result = call(arguments.get(3), item, result);
    }
    return result;
  }

  private static @Nullable List<Value> items(Value list) {
    return switch (list) {
      case Value.ListLiteral literal -> literal.items();
      case Value.EmptyList empty -> List.of();
      default -> null;
    };
  }

  private static @Nullable Value length(Value list, Place place) {
    List<Value> items = items(list);
    return items == null ? null : new Value.NaturalLiteral(place, BigInteger.valueOf(items.size()));
  }

  private static @Nullable Value end(Value type, Value list, Place place, boolean first) {
    List<Value> items = items(list);
    if (items == null) {
      return null;
    }
    return items.isEmpty() ? Value.constant(Builtin.NONE, type) : new Value.Some(place, first ? items.getFirst() : items.getLast());
  }

  private static @Nullable Value indexed(Value type, Value list, Place place) {
    List<Value> items = items(list);
    if (items == null) {
      return null;
    }
    if (items.isEmpty()) {
      SequencedMap<String, Value> fields = new TreeMap<>();
      fields.put("index", Value.constant(Builtin.NATURAL));
      fields.put("value", type);
      return new Value.EmptyList(place, Value.constant(Builtin.LIST, new Value.RecordType(fields)));
    }
    List<Value> indexed = new ArrayList<>(items.size());
    for (Value item : items) {
      SequencedMap<String, Value.Entry> fields = new TreeMap<>();
      fields.put("index", new Value.Entry(item.place(), new Value.NaturalLiteral(item.place(), BigInteger.valueOf(indexed.size()))));
      fields.put("value", new Value.Entry(item.place(), item));
      indexed.add(new Value.RecordLiteral(item.place(), fields));
    }
    return new Value.ListLiteral(place, indexed);
  }

  private static @Nullable Value reverse(Value list) {
    return switch (list) {
      case Value.ListLiteral literal -> new Value.ListLiteral(literal.place(), literal.items().reversed());
      case Value.EmptyList empty -> empty;
      default -> null;
    };
  }

  /** {@code Text/replace needle replacement haystack}: the replacement may be unknown, the others not. */
  private @Nullable Value replace(List<Value> arguments, Place place) {
    if (!(arguments.getFirst() instanceof Value.TextLiteral needle && needle.isPlain())) {
      return null;
    }
    Value haystack = arguments.get(2);
    if (needle.text().isEmpty()) {
      return haystack;
    }
    if (!(haystack instanceof Value.TextLiteral text && text.isPlain())) {
      return null;
    }
    Evaluator.TextBuilder result = evaluator.new TextBuilder();
    int from = 0;
    for (int at = text.text().indexOf(needle.text()); at >= 0; at = text.text().indexOf(needle.text(), from)) {
      evaluator.step();
      result.add(text.text().substring(from, at));
      result.add(arguments.get(1));
      from = at + needle.text().length();
    }
    result.add(text.text().substring(from));
    return result.build(place);
  }
}
