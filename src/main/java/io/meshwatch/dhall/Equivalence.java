package io.meshwatch.dhall;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** Decides whether two normalised values are the same but for places and the names of bound variables. */
final class Equivalence {
  /** Levels of the variables with which binders are opened here; no real binder is nested that deeply. */
  private static final int FRESH = 1 << 30;

  boolean same(Value one, Value two) {
    return same(one, two, FRESH);
  }

  @SuppressWarnings("ReferenceEquality") // Only a short cut: what is the same object need not be compared.
  private boolean same(Value one, Value two, int fresh) {
    if (one == two || one instanceof Value.Unknown || two instanceof Value.Unknown) {
      return true;
    }
    return switch (one) {
      case Value.Variable a -> two instanceof Value.Variable b && a.level() == b.level() && (a.level() >= 0 || a.name().equals(b.name()));
      case Value.Constant a -> two instanceof Value.Constant b && a.builtin() == b.builtin() && all(a.arguments(), b.arguments(), fresh);
      case Value.Lambda a -> two instanceof Value.Lambda b && same(a.domain(), b.domain(), fresh) && bodies(a.body(), b.body(), fresh);
      case Value.Pi a -> two instanceof Value.Pi b && same(a.domain(), b.domain(), fresh) && bodies(a.codomain(), b.codomain(), fresh);
      case Value.Application a ->
          two instanceof Value.Application b && same(a.function(), b.function(), fresh) && same(a.argument(), b.argument(), fresh);
      case Value.Binary a ->
          two instanceof Value.Binary b && a.operator() == b.operator() && same(a.left(), b.left(), fresh) && same(a.right(), b.right(), fresh);
      case Value.BoolLiteral a -> two instanceof Value.BoolLiteral b && a.value() == b.value();
      case Value.NaturalLiteral a -> two instanceof Value.NaturalLiteral b && a.value().equals(b.value());
      case Value.IntegerLiteral a -> two instanceof Value.IntegerLiteral b && a.value().equals(b.value());
      // Compares as Double does: NaN is itself, and the two zeros differ.
      case Value.DoubleLiteral a -> two instanceof Value.DoubleLiteral b && Double.compare(a.value(), b.value()) == 0;
      case Value.TextLiteral a -> two instanceof Value.TextLiteral b && a.pieces().equals(b.pieces()) && all(a.values(), b.values(), fresh);
      case Value.BytesLiteral a -> two instanceof Value.BytesLiteral b && Arrays.equals(a.value(), b.value());
      case Value.DateLiteral a -> two instanceof Value.DateLiteral b && a.value().equals(b.value());
      case Value.TimeLiteral a ->
          two instanceof Value.TimeLiteral b && a.hour() == b.hour() && a.minute() == b.minute() && sameSecond(a.second(), b.second());
      case Value.TimeZoneLiteral a ->
          two instanceof Value.TimeZoneLiteral b && a.negative() == b.negative() && a.hours() == b.hours() && a.minutes() == b.minutes();
      case Value.ListLiteral a -> two instanceof Value.ListLiteral b && all(a.items(), b.items(), fresh);
      case Value.EmptyList a -> two instanceof Value.EmptyList b && same(a.type(), b.type(), fresh);
      case Value.Some a -> two instanceof Value.Some b && same(a.value(), b.value(), fresh);
      case Value.RecordType a -> two instanceof Value.RecordType b && maps(a.fields(), b.fields(), (x, y) -> same(x, y, fresh));
      case Value.RecordLiteral a ->
          two instanceof Value.RecordLiteral b && maps(a.fields(), b.fields(), (x, y) -> same(x.value(), y.value(), fresh));
      case Value.Union a -> two instanceof Value.Union b && maps(a.alternatives(), b.alternatives(), (x, y) -> same(x, y, fresh));
      case Value.Constructor a ->
          two instanceof Value.Constructor b && a.name().equals(b.name()) && same(a.union(), b.union(), fresh);
      case Value.Injection a ->
          two instanceof Value.Injection b && a.name().equals(b.name()) && same(a.union(), b.union(), fresh) && same(a.payload(), b.payload(), fresh);
      case Value.If a ->
          two instanceof Value.If b && same(a.condition(), b.condition(), fresh) && same(a.yes(), b.yes(), fresh) && same(a.no(), b.no(), fresh);
      case Value.Merge a ->
          two instanceof Value.Merge b && same(a.handlers(), b.handlers(), fresh) && same(a.union(), b.union(), fresh)
              && maybe(a.annotation(), b.annotation(), fresh);
      case Value.ToMap a -> two instanceof Value.ToMap b && same(a.record(), b.record(), fresh) && maybe(a.annotation(), b.annotation(), fresh);
      case Value.ShowConstructor a -> two instanceof Value.ShowConstructor b && same(a.value(), b.value(), fresh);
      case Value.Assert a -> two instanceof Value.Assert b && same(a.type(), b.type(), fresh);
      case Value.Field a -> two instanceof Value.Field b && a.name().equals(b.name()) && same(a.record(), b.record(), fresh);
      case Value.Projection a -> two instanceof Value.Projection b && a.names().equals(b.names()) && same(a.record(), b.record(), fresh);
      case Value.ProjectionByType a ->
          two instanceof Value.ProjectionByType b && same(a.record(), b.record(), fresh) && same(a.type(), b.type(), fresh);
      case Value.With a -> two instanceof Value.With b && paths(a.path(), b.path()) && same(a.record(), b.record(), fresh)
          && same(a.value(), b.value(), fresh);
      case Value.Unknown a -> true;
      case Value.NoPayload a -> two instanceof Value.NoPayload;
    };
  }

  private boolean bodies(Value.Closure one, Value.Closure two, int fresh) {
    Value variable = new Value.Variable("_", fresh);
    return same(one.apply(variable), two.apply(variable), fresh + 1);
  }

  private boolean maybe(@Nullable Value one, @Nullable Value two, int fresh) {
    if (one == null || two == null) {
      return one == null && two == null;
    }
    return same(one, two, fresh);
  }

  /** The precision belongs to a time: 12:00:00.0 is not 12:00:00. */
  private static boolean sameSecond(BigDecimal one, BigDecimal two) {
    return one.scale() == two.scale() && one.compareTo(two) == 0;
  }

  private boolean all(List<Value> one, List<Value> two, int fresh) {
    if (one.size() != two.size()) {
      return false;
    }
    Iterator<Value> others = two.iterator();
    for (Value value : one) {
      if (!same(value, others.next(), fresh)) {
        return false;
      }
    }
    return true;
  }

  private static <V> boolean maps(SequencedMap<String, V> one, SequencedMap<String, V> two, BiPredicate<V, V> same) {
    if (one.size() != two.size()) {
      return false;
    }
    Iterator<Map.Entry<String, V>> others = two.entrySet().iterator();
    for (Map.Entry<String, V> entry : one.entrySet()) {
      Map.Entry<String, V> other = others.next();
      if (!entry.getKey().equals(other.getKey()) || !same.test(entry.getValue(), other.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static boolean paths(List<Term.Step> one, List<Term.Step> two) {
    return one.stream().map(Equivalence::step).toList().equals(two.stream().map(Equivalence::step).toList());
  }

  private static String step(Term.Step step) {
    return (step.optional() ? "?" : ".") + step.name();
  }
}
