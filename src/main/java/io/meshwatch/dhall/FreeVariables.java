package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Finds out whether a value mentions a variable. */
final class FreeVariables {
  private FreeVariables() {}

  /** Whether the value mentions the variable of this level, which must be the innermost binder around it. */
  static boolean mentions(Value value, int level) {
    // The binders get names that no program can write, so that the quoted term tells them apart.
    List<String> names = new ArrayList<>(Collections.nCopies(level, "\0outer"));
    names.add("\0sought");
    return Subterms.any(Quoter.quote(value, names), term -> term instanceof Term.Variable variable && variable.name().equals("\0sought"));
  }
}
