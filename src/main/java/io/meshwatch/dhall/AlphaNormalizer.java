package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;

/** Renames every bound variable to {@code _}, so that terms that differ in names only become the same. */
final class AlphaNormalizer {
  /** Names of the binders around, outermost first. */
  private final List<String> binders = new ArrayList<>();

  private AlphaNormalizer() {}

  static Term normalize(Term term) {
    return new AlphaNormalizer().renamed(term);
  }

  private Term renamed(Term term) {
    return switch (term) {
      case Term.Variable variable -> variable(variable);
      case Term.Lambda lambda -> new Term.Lambda(lambda.place(), "_", renamed(lambda.domain()), under(lambda.name(), lambda.body()));
      case Term.Pi pi -> new Term.Pi(pi.place(), "_", renamed(pi.domain()), under(pi.name(), pi.codomain()));
      case Term.Let let ->
          new Term.Let(let.place(), "_", let.annotation() == null ? null : renamed(let.annotation()), renamed(let.value()),
              under(let.name(), let.body()));
      default -> Subterms.map(term, this::renamed);
    };
  }

  private Term under(String name, Term body) {
    binders.add(name);
    Term term = renamed(body);
    binders.removeLast();
    return term;
  }

  private Term variable(Term.Variable variable) {
    int same = variable.index();
    for (int distance = 0; distance < binders.size(); distance++) {
      if (binders.get(binders.size() - 1 - distance).equals(variable.name()) && same-- == 0) {
        return new Term.Variable(variable.place(), "_", distance);
      }
    }
    // Nothing binds it: an `_` must now count all binders around, since all of them have that name.
    int index = variable.name().equals("_") ? same + binders.size() : same;
    return new Term.Variable(variable.place(), variable.name(), index);
  }
}
