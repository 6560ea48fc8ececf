package io.meshwatch.dhall;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Walks over the parts of a term. */
final class Subterms {
  private Subterms() {}

  /** Whether the term or a part of it, however deep, is one of those. */
  static boolean any(Term term, Predicate<Term> wanted) {
    Deque<Term> left = new ArrayDeque<>();
    left.push(term);
    while (!left.isEmpty()) {
      Term next = left.pop();
      if (wanted.test(next)) {
        return true;
      }
      of(next).forEach(left::push);
    }
    return false;
  }

  /** The direct parts. */
  static List<Term> of(Term term) {
    return switch (term) {
      case Term.Lambda lambda -> List.of(lambda.domain(), lambda.body());
      case Term.Pi pi -> List.of(pi.domain(), pi.codomain());
      case Term.Application application -> List.of(application.function(), application.argument());
      case Term.Let let -> parts(let.value(), let.body(), let.annotation());
      case Term.Annotation annotation -> List.of(annotation.term(), annotation.type());
      case Term.Binary binary -> List.of(binary.left(), binary.right());
      case Term.TextLiteral literal -> literal.terms();
      case Term.ListLiteral literal -> literal.items();
      case Term.EmptyList list -> List.of(list.type());
      case Term.Some some -> List.of(some.value());
      case Term.RecordType type -> type.fields().values().stream().map(Term.Entry::value).toList();
      case Term.RecordLiteral literal -> literal.fields().values().stream().map(Term.Entry::value).toList();
      case Term.Union union -> union.alternatives().values().stream().flatMap(alternative -> Stream.ofNullable(alternative.type())).toList();
      case Term.If choice -> List.of(choice.condition(), choice.yes(), choice.no());
      case Term.Merge merge -> parts(merge.handlers(), merge.union(), merge.annotation());
      case Term.ToMap map -> map.annotation() == null ? List.of(map.record()) : List.of(map.record(), map.annotation());
      case Term.ShowConstructor show -> List.of(show.value());
      case Term.Assert assertion -> List.of(assertion.type());
      case Term.Field field -> List.of(field.record());
      case Term.Projection projection -> List.of(projection.record());
      case Term.ProjectionByType projection -> List.of(projection.record(), projection.type());
      case Term.Completion completion -> List.of(completion.schema(), completion.record());
      case Term.With with -> List.of(with.record(), with.value());
      case Term.Variable variable -> List.of();
      case Term.Constant constant -> List.of();
      case Term.BoolLiteral literal -> List.of();
      case Term.NaturalLiteral literal -> List.of();
      case Term.IntegerLiteral literal -> List.of();
      case Term.DoubleLiteral literal -> List.of();
      case Term.BytesLiteral literal -> List.of();
      case Term.DateLiteral literal -> List.of();
      case Term.TimeLiteral literal -> List.of();
      case Term.TimeZoneLiteral literal -> List.of();
      case Term.Import imported -> List.of();
      case Term.Embedded embedded -> List.of();
    };
  }

  private static List<Term> parts(Term one, Term two, @Nullable Term three) {
    List<Term> parts = new ArrayList<>(List.of(one, two));
    if (three != null) {
      parts.add(three);
    }
    return parts;
  }

  /** The term with each direct part replaced. */
  static Term map(Term term, UnaryOperator<Term> change) {
    return switch (term) {
      case Term.Lambda at -> new Term.Lambda(at.place(), at.name(), change.apply(at.domain()), change.apply(at.body()));
      case Term.Pi at -> new Term.Pi(at.place(), at.name(), change.apply(at.domain()), change.apply(at.codomain()));
      case Term.Application at -> new Term.Application(at.place(), change.apply(at.function()), change.apply(at.argument()));
      case Term.Let at -> new Term.Let(at.place(), at.name(), maybe(at.annotation(), change), change.apply(at.value()), change.apply(at.body()));
      case Term.Annotation at -> new Term.Annotation(at.place(), change.apply(at.term()), change.apply(at.type()));
      case Term.Binary at -> new Term.Binary(at.place(), at.operator(), change.apply(at.left()), change.apply(at.right()), at.isRepeatedField());
      case Term.TextLiteral at -> new Term.TextLiteral(at.place(), at.pieces(), all(at.terms(), change));
      case Term.ListLiteral at -> new Term.ListLiteral(at.place(), all(at.items(), change));
      case Term.EmptyList at -> new Term.EmptyList(at.place(), change.apply(at.type()));
      case Term.Some at -> new Term.Some(at.place(), change.apply(at.value()));
      case Term.RecordType at -> new Term.RecordType(at.place(), entries(at.fields(), change));
      case Term.RecordLiteral at -> new Term.RecordLiteral(at.place(), entries(at.fields(), change));
      case Term.Union at -> new Term.Union(at.place(), alternatives(at.alternatives(), change));
      case Term.If at -> new Term.If(at.place(), change.apply(at.condition()), change.apply(at.yes()), change.apply(at.no()));
      case Term.Merge at ->
          new Term.Merge(at.place(), change.apply(at.handlers()), change.apply(at.union()), maybe(at.annotation(), change));
      case Term.ToMap at -> new Term.ToMap(at.place(), change.apply(at.record()), maybe(at.annotation(), change));
      case Term.ShowConstructor at -> new Term.ShowConstructor(at.place(), change.apply(at.value()));
      case Term.Assert at -> new Term.Assert(at.place(), change.apply(at.type()));
      case Term.Field at -> new Term.Field(at.place(), change.apply(at.record()), at.name(), at.namePlace());
      case Term.Projection at -> new Term.Projection(at.place(), change.apply(at.record()), at.names());
      case Term.ProjectionByType at -> new Term.ProjectionByType(at.place(), change.apply(at.record()), change.apply(at.type()));
      case Term.Completion at -> new Term.Completion(at.place(), change.apply(at.schema()), change.apply(at.record()));
      case Term.With at -> new Term.With(at.place(), change.apply(at.record()), at.path(), change.apply(at.value()));
      case Term.Variable leaf -> leaf;
      case Term.Constant leaf -> leaf;
      case Term.BoolLiteral leaf -> leaf;
      case Term.NaturalLiteral leaf -> leaf;
      case Term.IntegerLiteral leaf -> leaf;
      case Term.DoubleLiteral leaf -> leaf;
      case Term.BytesLiteral leaf -> leaf;
      case Term.DateLiteral leaf -> leaf;
      case Term.TimeLiteral leaf -> leaf;
      case Term.TimeZoneLiteral leaf -> leaf;
      case Term.Import leaf -> leaf;
      case Term.Embedded leaf -> leaf;
    };
  }

  private static @Nullable Term maybe(@Nullable Term term, UnaryOperator<Term> change) {
    return term == null ? null : change.apply(term);
  }

  private static List<Term> all(List<Term> terms, UnaryOperator<Term> change) {
    List<Term> changed = new ArrayList<>(terms.size());
    terms.forEach(term -> changed.add(change.apply(term)));
    return changed;
  }

  private static Map<String, Term.Entry> entries(Map<String, Term.Entry> entries, UnaryOperator<Term> change) {
    Map<String, Term.Entry> changed = new LinkedHashMap<>();
    entries.forEach((name, entry) -> changed.put(name, new Term.Entry(entry.place(), change.apply(entry.value()))));
    return changed;
  }

  private static Map<String, Term.Alternative> alternatives(Map<String, Term.Alternative> alternatives, UnaryOperator<Term> change) {
    Map<String, Term.Alternative> changed = new LinkedHashMap<>();
    alternatives.forEach((name, alternative) ->
        changed.put(name, new Term.Alternative(alternative.place(), maybe(alternative.type(), change))));
    return changed;
  }
}
