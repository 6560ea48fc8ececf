package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the type checker knows at one point of a program: the variables in sight with their types and values. Immutable.
 *
 * @param variable the innermost variable; null at the top
 * @param values the values of all variables in sight: known ones from {@code let}, themselves for those of functions
 * @param binders only the variables of functions, as terms made of types are made of these alone
 * @param depth number of binders: the level of the next one
 */
record Context(@Nullable Typed variable, @Nullable Scope values, @Nullable Scope binders, int depth) {
  static final Context EMPTY = new Context(null, null, null, 0);

  /** A variable with its type. */
  record Typed(String name, Value type, boolean binder, @Nullable Typed outer) {}

  /** With the variable of a function or function type. */
  Context bind(String name, Value type) {
    Value self = new Value.Variable(name, depth);
    return new Context(new Typed(name, type, true, variable), Scope.with(name, self, values), Scope.with(name, self, binders), depth + 1);
  }

  /** With a variable whose value is known. */
  Context define(String name, Value type, Lazy value) {
    return new Context(new Typed(name, type, false, variable), new Scope(name, value, values), binders, depth);
  }

  /** Without the variables whose values are known: the context of terms quoted from values. */
  Context bindersOnly() {
    Context context = EMPTY;
    for (Typed binder : typedBinders()) {
      context = context.bind(binder.name, binder.type);
    }
    return context;
  }

  /** Names of the binders, outermost first. */
  List<String> names() {
    return typedBinders().stream().map(Typed::name).toList();
  }

  private List<Typed> typedBinders() {
    List<Typed> binders = new ArrayList<>();
    for (Typed at = variable; at != null; at = at.outer) {
      if (at.binder) {
        binders.add(at);
      }
    }
    return binders.reversed();
  }

  /** The type of {@code name@index}, or null if there is no such variable. */
  @Nullable Value typeOf(String name, int index) {
    int left = index;
    for (Typed at = variable; at != null; at = at.outer) {
      if (at.name.equals(name) && left-- == 0) {
        return at.type;
      }
    }
    return null;
  }

  /** All names in sight. */
  Set<String> known() {
    Set<String> names = new LinkedHashSet<>();
    for (Typed at = variable; at != null; at = at.outer) {
      names.add(at.name);
    }
    return names;
  }
}
