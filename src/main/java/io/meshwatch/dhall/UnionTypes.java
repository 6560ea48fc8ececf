package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The typing rules of unions and of {@code Optional}, which {@code merge} treats as a union of {@code Some} and {@code None}. */
final class UnionTypes {
  private final TypeChecker checker;

  UnionTypes(TypeChecker checker) {
    this.checker = checker;
  }

  /** {@code < A | B : type >}. */
  Value type(Context context, Term.Union union) {
    Builtin largest = Builtin.TYPE;
    boolean known = true;
    for (Term.Alternative alternative : union.alternatives().values()) {
      if (alternative.type() != null) {
        Builtin universe = checker.universe(context, checker.infer(context, alternative.type()), alternative.type().place());
        known &= universe != null;
        largest = universe == null ? largest : TypeChecker.larger(largest, universe);
      }
    }
    return known ? Value.constant(largest) : Value.Unknown.HERE;
  }

  /** {@code showConstructor union}. */
  Value showConstructor(Context context, Term.ShowConstructor show) {
    Value type = checker.infer(context, show.value());
    if (alternatives(type) == null && !(type instanceof Value.Unknown)) {
      return checker.problem(show.value().place(), "`showConstructor` needs a value of a union: got a value of type " + checker.brief(context, type));
    }
    return Value.constant(Builtin.TEXT);
  }

  /** The alternatives of a union or Optional type; null for other types. */
  private static @Nullable SequencedMap<String, Value> alternatives(Value type) {
    if (type instanceof Value.Union union) {
      return union.alternatives();
    }
    if (type instanceof Value.Constant optional && optional.builtin() == Builtin.OPTIONAL && optional.arguments().size() == 1) {
      SequencedMap<String, Value> alternatives = new TreeMap<>();
      alternatives.put("None", Value.NoPayload.HERE);
      alternatives.put("Some", optional.arguments().getFirst());
      return alternatives;
    }
    return null;
  }

  /** {@code merge handlers union}. */
  Value merge(Context context, Term.Merge merge) {
    int before = checker.found();
    Value handlers = checker.infer(context, merge.handlers());
    Value union = checker.infer(context, merge.union());
    Value annotation = merge.annotation() == null ? null : checker.type(context, merge.annotation());
    if (checker.found() > before) {
      return annotation == null ? Value.Unknown.HERE : annotation;
    }
    if (!(handlers instanceof Value.RecordType record)) {
      return checker.problem(merge.handlers().place(), "the handlers of `merge`: expected a record, got a value of type "
          + checker.brief(context, handlers));
    }
    SequencedMap<String, Value> alternatives = alternatives(union);
    if (alternatives == null) {
      return checker.problem(merge.union().place(), "what `merge` takes apart: expected a value of a union or an Optional, got a value of type "
          + checker.brief(context, union));
    }
    return complete(merge, record, alternatives) ? result(context, merge, record, alternatives, annotation) : Value.Unknown.HERE;
  }

  /** Each alternative has a handler and each handler an alternative. */
  private boolean complete(Term.Merge merge, Value.RecordType handlers, Map<String, Value> alternatives) {
    int before = checker.found();
    for (String name : handlers.fields().keySet()) {
      if (!alternatives.containsKey(name)) {
        checker.problem(handlerPlace(merge, name), "there is no alternative `" + name + "` to handle" + Nearest.hint(name, alternatives.keySet()));
      }
    }
    List<String> missing = new ArrayList<>(alternatives.keySet());
    missing.removeAll(handlers.fields().keySet());
    if (!missing.isEmpty()) {
      checker.problem(merge.handlers().place(), "`merge` needs a handler for each alternative: missing " + String.join(", ",
          missing.stream().map(name -> "`" + name + "`").toList()));
    }
    return checker.found() == before;
  }

  private static Place handlerPlace(Term.Merge merge, String name) {
    return merge.handlers() instanceof Term.RecordLiteral literal && literal.fields().get(name) != null
        ? literal.fields().get(name).place()
        : merge.handlers().place();
  }

  private Value result(Context context, Term.Merge merge, Value.RecordType handlers, Map<String, Value> alternatives, @Nullable Value annotation) {
    Value result = annotation;
    for (Map.Entry<String, Value> alternative : alternatives.entrySet()) {
      String name = alternative.getKey();
      Value handler = handlers.fields().getOrDefault(name, Value.Unknown.HERE);
      Value type = alternative.getValue() instanceof Value.NoPayload ? handler : applied(context, merge, name, handler, alternative.getValue());
      if (result == null || result instanceof Value.Unknown) {
        result = type;
      } else {
        checker.expect(context, handlerPlace(merge, name), result, type, "what the handler `" + name + "` returns");
      }
    }
    return result == null
        ? checker.problem(merge.place(), "`merge` of a union without alternatives needs its type, as in `merge {=} x : Text`")
        : result;
  }

  /** What the handler of an alternative with payload returns. */
  private Value applied(Context context, Term.Merge merge, String name, Value handler, Value payload) {
    if (handler instanceof Value.Unknown) {
      return handler;
    }
    Place place = handlerPlace(merge, name);
    if (!(handler instanceof Value.Pi pi)) {
      return checker.problem(place, "the handler `" + name + "`: expected a function of " + checker.brief(context, payload) + ", got a value of type "
          + checker.brief(context, handler));
    }
    if (!checker.expect(context, place, payload, pi.domain(), "the argument of the handler `" + name + "`")) {
      return Value.Unknown.HERE;
    }
    // The result may not depend on the payload: that variable has no meaning outside.
    Value result = pi.codomain().apply(new Value.Variable(pi.name(), context.depth()));
    return mentions(result, context) ? checker.problem(place, "the type of what the handler `" + name + "` returns may not depend on its argument") : result;
  }

  private static boolean mentions(Value result, Context context) {
    return FreeVariables.mentions(result, context.depth());
  }
}
