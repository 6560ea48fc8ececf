package io.meshwatch.dhall;

import io.meshwatch.model.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Infers types and collects every mistake it finds. A part with a mistake gets the type {@link Value.Unknown}, which fits everywhere, so
 * that parts that do not depend on it are still checked and nothing is reported twice. Only terms without mistakes are ever evaluated:
 * that is what guarantees that evaluation ends.
 */
final class TypeChecker {
  /** Mistakes beyond these are not reported. */
  static final int PROBLEMS_MAX = 100;

  private static final Value TYPE = Value.constant(Builtin.TYPE);
  private static final Value BOOL = Value.constant(Builtin.BOOL);
  private static final Value NATURAL = Value.constant(Builtin.NATURAL);
  private static final Value TEXT = Value.constant(Builtin.TEXT);

  private final Evaluator evaluator;
  private final RecordTypes recordTypes = new RecordTypes(this);
  private final UnionTypes unionTypes = new UnionTypes(this);
  private final List<Problem> problems = new ArrayList<>();
  private int found;

  TypeChecker(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /** What was found so far, in order of discovery. */
  List<Problem> problems() {
    return problems;
  }

  /** Reports a mistake; the result is the type of the part that has it. */
  Value problem(Place place, String message) {
    problem(place.error(message));
    return Value.Unknown.HERE;
  }

  void problem(Problem problem) {
    found++;
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(problem);
    }
  }

  /** The type of a term. */
  Value infer(Context start, Term startTerm) {
    Context context = start;
    Term term = startTerm;
    while (term instanceof Term.Let let) {
      context = define(context, let);
      term = let.body();
    }
    return inferSimple(context, term);
  }

  private Context define(Context context, Term.Let let) {
    int before = found;
    Value type;
    if (let.annotation() == null) {
      type = infer(context, let.value());
    } else {
      Value expected = annotationType(context, let.annotation());
      type = check(context, let.value(), expected, "`" + let.name() + "`");
    }
    return context.define(let.name(), type, found == before ? later(context, let.value()) : Lazy.of(Value.Unknown.HERE));
  }

  private Lazy later(Context context, Term term) {
    return Lazy.later(() -> evaluator.evaluate(term, context.values()));
  }

  private Value inferSimple(Context context, Term term) {
    return switch (term) {
      case Term.Variable variable -> variable(context, variable);
      case Term.Constant constant when constant.builtin() == Builtin.SORT ->
          problem(constant.place(), "`Sort` is the type of `Kind` and has no type itself: it can only stand in an annotation");
      case Term.Constant constant -> BuiltinTypes.of(constant.builtin());
      case Term.Embedded embedded -> embedded.type();
      case Term.Lambda lambda -> lambda(context, lambda);
      case Term.Pi pi -> pi(context, pi);
      case Term.Application application -> application(context, application);
      case Term.Let let -> infer(context, let);
      case Term.Annotation annotation -> {
        Value type = annotationType(context, annotation.type());
        yield check(context, annotation.term(), type, "this");
      }
      case Term.Binary binary -> binary(context, binary);
      case Term.BoolLiteral literal -> BOOL;
      case Term.NaturalLiteral literal -> NATURAL;
      case Term.IntegerLiteral literal -> Value.constant(Builtin.INTEGER);
      case Term.DoubleLiteral literal -> Value.constant(Builtin.DOUBLE);
      case Term.BytesLiteral literal -> Value.constant(Builtin.BYTES);
      case Term.DateLiteral literal -> Value.constant(Builtin.DATE);
      case Term.TimeLiteral literal -> Value.constant(Builtin.TIME);
      case Term.TimeZoneLiteral literal -> Value.constant(Builtin.TIME_ZONE);
      case Term.TextLiteral literal -> {
        literal.terms().forEach(part -> check(context, part, TEXT, "what is put into a text"));
        yield TEXT;
      }
      case Term.ListLiteral literal -> list(context, literal);
      case Term.EmptyList list -> emptyList(context, list);
      case Term.Some some -> {
        Value type = infer(context, some.value());
        needTerm(context, type, some.value().place(), "what `Some` holds");
        yield Value.constant(Builtin.OPTIONAL, type);
      }
      case Term.If choice -> choice(context, choice);
      case Term.RecordType type -> recordTypes.type(context, type);
      case Term.RecordLiteral literal -> recordTypes.literal(context, literal);
      case Term.Field field -> recordTypes.field(context, field);
      case Term.Projection projection -> recordTypes.projection(context, projection);
      case Term.ProjectionByType projection -> recordTypes.projectionByType(context, projection);
      case Term.Completion completion -> recordTypes.completion(context, completion);
      case Term.With with -> recordTypes.with(context, with);
      case Term.ToMap map -> recordTypes.toMap(context, map);
      case Term.Union union -> unionTypes.type(context, union);
      case Term.Merge merge -> unionTypes.merge(context, merge);
      case Term.ShowConstructor show -> unionTypes.showConstructor(context, show);
      case Term.Assert assertion -> assertion(context, assertion);
      case Term.Import unresolved -> throw new IllegalStateException("import was not resolved: " + unresolved.target());
    };
  }

  /**
   * Checks that a term has a type; {@code what} names the term in the message. Returns the type as inferred, which may name variables of
   * function types otherwise, or the expected one after a mistake.
   */
  Value check(Context context, Term term, Value expected, String what) {
    Value parts = recordTypes.checkParts(context, term, expected);
    if (parts != null) {
      return parts;
    }
    int before = found;
    Value got = infer(context, term);
    return found == before && expect(context, term.place(), expected, got, what) ? got : expected;
  }

  /** Reports if the types differ; returns whether they fit. */
  boolean expect(Context context, Place place, Value expected, Value got, String what) {
    boolean same = evaluator.equivalence().same(expected, got);
    if (!same) {
      problem(place, what + " has the wrong type: " + TypeDifference.describe(evaluator.equivalence(), context.names(), expected, got));
    }
    return same;
  }

  boolean same(Value one, Value two) {
    return evaluator.equivalence().same(one, two);
  }

  Evaluator evaluator() {
    return evaluator;
  }

  String brief(Context context, Value value) {
    return Printer.brief(value, context.names());
  }

  /** Number of mistakes so far, to see whether a part has any. */
  int found() {
    return found;
  }

  /** The value of a term that is a type; reports if it is none. */
  Value type(Context context, Term term) {
    int before = found;
    Builtin universe = universe(context, infer(context, term), term.place());
    return universe == null || found > before ? Value.Unknown.HERE : evaluator.evaluate(term, context.values());
  }

  private Value annotationType(Context context, Term term) {
    return term instanceof Term.Constant constant && constant.builtin() == Builtin.SORT
        ? Value.constant(Builtin.SORT)
        : type(context, term);
  }

  /** The universe that a type of types is; reports if it is none, or returns null silently if it is unknown. */
  @Nullable Builtin universe(Context context, Value typeOfType, Place place) {
    if (typeOfType instanceof Value.Constant constant && isUniverse(constant.builtin())) {
      return constant.builtin();
    }
    if (!(typeOfType instanceof Value.Unknown)) {
      problem(place, "this is no type: expected a type like Text, got a value of type " + brief(context, typeOfType));
    }
    return null;
  }

  private static boolean isUniverse(Builtin builtin) {
    return builtin == Builtin.TYPE || builtin == Builtin.KIND || builtin == Builtin.SORT;
  }

  /** The universe in which a type lives: {@code Type} for types of terms; null if there is none or it is unknown. */
  @Nullable Builtin universeOf(Context context, Value type) {
    return switch (type) {
      case Value.Constant constant when constant.builtin() == Builtin.SORT -> null;
      case Value.Constant constant when constant.builtin() == Builtin.KIND -> Builtin.SORT;
      case Value.Constant constant when constant.builtin() == Builtin.TYPE -> Builtin.KIND;
      case Value.Constant constant when constant.arguments().size() == 1 || BuiltinTypes.of(constant.builtin()).equals(TYPE) -> Builtin.TYPE;
      case Value.Unknown unknown -> null;
      case Value.RecordType record -> largest(context, record.fields().values());
      case Value.Union union -> largest(context, union.alternatives().values());
      default -> {
        Value typeOfType = infer(context.bindersOnly(), Quoter.quote(type, context.names()));
        yield typeOfType instanceof Value.Constant constant && isUniverse(constant.builtin()) ? constant.builtin() : null;
      }
    };
  }

  private @Nullable Builtin largest(Context context, Iterable<Value> types) {
    Builtin largest = Builtin.TYPE;
    for (Value type : types) {
      Builtin universe = type instanceof Value.Unknown || type instanceof Value.NoPayload ? Builtin.TYPE : universeOf(context, type);
      if (universe == null) {
        return null;
      }
      largest = larger(largest, universe);
    }
    return largest;
  }

  static Builtin larger(Builtin one, Builtin two) {
    return one.compareTo(two) >= 0 ? one : two;
  }

  /** Reports unless values of this type are terms, not types or kinds. */
  void needTerm(Context context, Value type, Place place, String what) {
    if (!(type instanceof Value.Unknown) && universeOf(context, type) != Builtin.TYPE) {
      problem(place, what + " must be a value: expected a number, a text, a record or the like, got a type");
    }
  }

  private Value variable(Context context, Term.Variable variable) {
    Value type = context.typeOf(variable.name(), variable.index());
    if (type != null) {
      return type;
    }
    Set<String> known = context.known();
    String index = variable.index() == 0 ? "" : "@" + variable.index();
    return problem(variable.place(), "unknown variable `" + variable.name() + index + "`" + hint(variable.name(), known));
  }

  private static String hint(String name, Set<String> known) {
    Set<String> all = new LinkedHashSet<>(known);
    all.addAll(List.of("True", "False"));
    for (Builtin builtin : Builtin.values()) {
      all.add(builtin.text);
    }
    return Nearest.hint(name, all);
  }

  private Value lambda(Context context, Term.Lambda lambda) {
    Value domain = type(context, lambda.domain());
    Context inner = context.bind(lambda.name(), domain);
    Value body = infer(inner, lambda.body());
    if (!(body instanceof Value.Unknown) && universeOf(inner, body) == null) {
      return problem(lambda.body().place(), "a function cannot return this: expected a value or a type, got a kind");
    }
    return new Value.Pi(lambda.name(), domain, codomain(inner, lambda.name(), body));
  }

  /** The type of a function's body as a function of its argument. */
  private Value.Closure codomain(Context inner, String name, Value body) {
    Term quoted = Quoter.quote(body, inner.names());
    Scope outer = inner.binders() == null ? null : inner.binders().outer();
    return argument -> evaluator.evaluate(quoted, new Scope(name, argument, outer));
  }

  private Value pi(Context context, Term.Pi pi) {
    Builtin input = universe(context, infer(context, pi.domain()), pi.domain().place());
    Value domain = input == null ? Value.Unknown.HERE : evaluator.evaluate(pi.domain(), context.values());
    Builtin output = universe(context.bind(pi.name(), domain), infer(context.bind(pi.name(), domain), pi.codomain()), pi.codomain().place());
    if (input == null || output == null) {
      return Value.Unknown.HERE;
    }
    return Value.constant(output == Builtin.TYPE ? Builtin.TYPE : larger(input, output));
  }

  private Value application(Context context, Term.Application application) {
    Value function = infer(context, application.function());
    if (function instanceof Value.Unknown) {
      infer(context, application.argument());
      return function;
    }
    if (!(function instanceof Value.Pi pi)) {
      return problem(application.place(),
          "this is applied to an argument but is no function: expected a function, got a value of type " + brief(context, function));
    }
    int before = found;
    check(context, application.argument(), pi.domain(), argumentName(pi));
    return pi.codomain().apply(found == before ? later(context, application.argument()) : Lazy.of(Value.Unknown.HERE));
  }

  private static String argumentName(Value.Pi pi) {
    return pi.name().equals("_") ? "the argument" : "the argument `" + pi.name() + "`";
  }

  private Value list(Context context, Term.ListLiteral list) {
    int before = found;
    Value type = infer(context, list.items().getFirst());
    if (found == before) {
      needTerm(context, type, list.items().getFirst().place(), "an item of a list");
    }
    for (Term item : list.items().subList(1, list.items().size())) {
      check(context, item, type, "this item");
    }
    return Value.constant(Builtin.LIST, type);
  }

  private Value emptyList(Context context, Term.EmptyList list) {
    Value type = type(context, list.type());
    boolean isList = type instanceof Value.Constant constant && constant.builtin() == Builtin.LIST && constant.arguments().size() == 1;
    if (!isList && !(type instanceof Value.Unknown)) {
      return problem(list.type().place(), "the type of an empty list: expected List …, got " + brief(context, type));
    }
    return type;
  }

  private Value choice(Context context, Term.If choice) {
    check(context, choice.condition(), BOOL, "the condition of `if`");
    int before = found;
    Value yes = infer(context, choice.yes());
    if (found == before && universeOf(context, yes) == null) {
      problem(choice.yes().place(), "`if` cannot return a kind");
    }
    check(context, choice.no(), yes, "the `else` branch");
    return yes;
  }

  private Value assertion(Context context, Term.Assert assertion) {
    Value type = type(context, assertion.type());
    if (type instanceof Value.Unknown) {
      return type;
    }
    if (!(type instanceof Value.Binary binary && binary.operator() == Operator.EQUIVALENT)) {
      return problem(assertion.type().place(), "`assert` needs an equivalence: expected `x === y`, got " + brief(context, type));
    }
    if (!same(binary.left(), binary.right())) {
      return problem(assertion.place(), "the assertion does not hold: " + brief(context, binary.left()) + " is not the same as "
          + brief(context, binary.right()));
    }
    return type;
  }

  private Value binary(Context context, Term.Binary binary) {
    return switch (binary.operator()) {
      case OR, AND, EQUAL, NOT_EQUAL -> operands(context, binary, BOOL);
      case PLUS, TIMES -> operands(context, binary, NATURAL);
      case TEXT_APPEND -> operands(context, binary, TEXT);
      case LIST_APPEND -> appendLists(context, binary);
      case COMBINE -> recordTypes.combine(context, binary);
      case PREFER -> recordTypes.prefer(context, binary);
      case COMBINE_TYPES -> recordTypes.combineTypes(context, binary);
      case EQUIVALENT -> equivalence(context, binary);
      case ALTERNATIVE -> infer(context, binary.left());
    };
  }

  private Value operands(Context context, Term.Binary binary, Value type) {
    checkRightOperands(context, binary, type);
    check(context, leftmost(binary), type, "the left operand of `" + binary.operator().ascii + "`");
    return type;
  }

  /** Those of a whole chain of one operator, which nests to the left. */
  private void checkRightOperands(Context context, Term.Binary binary, Value type) {
    Term term = binary;
    while (term instanceof Term.Binary next && next.operator() == binary.operator()) {
      check(context, next.right(), type, "the right operand of `" + binary.operator().ascii + "`");
      term = next.left();
    }
  }

  private static Term leftmost(Term.Binary binary) {
    Term term = binary;
    while (term instanceof Term.Binary next && next.operator() == binary.operator()) {
      term = next.left();
    }
    return term;
  }

  private Value appendLists(Context context, Term.Binary binary) {
    Term first = leftmost(binary);
    Value left = infer(context, first);
    boolean isList = left instanceof Value.Constant constant && constant.builtin() == Builtin.LIST && constant.arguments().size() == 1;
    if (!isList && !(left instanceof Value.Unknown)) {
      return problem(first.place(), "the left operand of `#` has the wrong type: expected a list, got " + brief(context, left));
    }
    checkRightOperands(context, binary, left);
    return left;
  }

  private Value equivalence(Context context, Term.Binary binary) {
    int before = found;
    Value left = infer(context, binary.left());
    if (found == before) {
      needTerm(context, left, binary.left().place(), "the left side of `===`");
    }
    check(context, binary.right(), left, "the right side of `===`");
    return TYPE;
  }
}
