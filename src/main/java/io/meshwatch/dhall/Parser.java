package io.meshwatch.dhall;

import io.meshwatch.dhall.Input.Mismatch;
import io.meshwatch.model.ProblemsException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads Dhall source. Recursive descent over characters, as the standard's grammar (dhall.abnf, version 23) asks for: there are no
 * tokens, because texts hold expressions and blanks decide between readings. A method either reads its rule and stands behind it, or
 * throws {@link Mismatch}; callers that have another reading go back to where they were.
 */
final class Parser {
  /** Expressions nest no deeper; every later stage recurses as deep as this at most. */
  static final int NESTING_MAX = 200;

  /** Operands, arguments, or selectors that follow each other without nesting. */
  static final int CHAIN_MAX = 500;

  /** Bindings of one {@code let … let … in}. */
  static final int LETS_MAX = 1_000;

  static final Set<String> KEYWORDS =
      Set.of("if", "then", "else", "let", "in", "using", "missing", "assert", "as", "Infinity", "NaN", "merge", "Some", "toMap",
          "forall", "with", "showConstructor");

  private final Input input;
  private final LiteralParser literals;
  private final ImportParser imports;
  private int nesting;

  private Parser(Source source) {
    this.input = new Input(source);
    this.literals = new LiteralParser(input, this);
    this.imports = new ImportParser(input, this);
  }

  /** Reads a whole file; throws with the place and what could have stood there. */
  static Term parse(Source source) {
    Parser parser = new Parser(source);
    try {
      return parser.file();
    } catch (Mismatch mismatch) {
      throw new ProblemsException(parser.input.problem());
    }
  }

  private Term file() {
    while (input.take("#!")) {
      while (!input.atEnd() && input.peek() != '\n') {
        input.skip();
      }
      input.take("\n");
    }
    Term term = completeExpression();
    if (!input.atEnd()) {
      throw input.mismatch("an operator, an argument or the end of the text");
    }
    return term;
  }

  /** An expression with blanks around it. */
  Term completeExpression() {
    input.blanks();
    Term term = expression();
    input.blanks();
    return term;
  }

  /** Any expression, without blanks around it. */
  Term expression() {
    if (++nesting > NESTING_MAX) {
      throw input.error(input.offset(), "expressions are nested too deeply: expected at most " + NESTING_MAX + " levels");
    }
    try {
      return unguardedExpression();
    } finally {
      nesting--;
    }
  }

  private Term unguardedExpression() {
    Place place = input.place();
    if (input.looksAt("\\") || input.looksAt("λ")) {
      return lambda(place);
    }
    if (input.take("∀") || keyword("forall")) {
      return forall(place);
    }
    if (keyword("if")) {
      return ifThenElse(place);
    }
    if (looksAtKeyword("let")) {
      return let();
    }
    if (keyword("assert")) {
      input.blanks();
      input.need(":", "`:` and what is asserted");
      input.needBlanks();
      return new Term.Assert(place, expression());
    }
    if (input.looksAt("[")) {
      Term empty = emptyList(place);
      if (empty != null) {
        return empty;
      }
    }
    return operatorOrMore(place);
  }

  private Term lambda(Place place) {
    input.skip();
    Binding binding = binding();
    return new Term.Lambda(place, binding.name, binding.type, expression());
  }

  private Term forall(Place place) {
    Binding binding = binding();
    return new Term.Pi(place, binding.name, binding.type, expression());
  }

  private record Binding(String name, Term type) {}

  /** {@code (name : type) ->}, blanks included. */
  private Binding binding() {
    input.blanks();
    input.need("(", "`(`");
    input.blanks();
    String name = bindableLabel();
    input.blanks();
    input.need(":", "`:` and the type of `" + name + "`");
    input.needBlanks();
    Term type = expression();
    input.blanks();
    input.need(")", "`)`");
    input.blanks();
    arrow();
    input.blanks();
    return new Binding(name, type);
  }

  private void arrow() {
    if (!input.take("→")) {
      input.need("->", "`->`");
    }
  }

  private Term ifThenElse(Place place) {
    input.needBlanks();
    Term condition = expression();
    input.blanks();
    needKeyword("then");
    input.needBlanks();
    Term yes = expression();
    input.blanks();
    needKeyword("else");
    input.needBlanks();
    return new Term.If(place, condition, yes, expression());
  }

  private record LetBinding(Place place, String name, @Nullable Term annotation, Term value) {}

  private Term let() {
    List<LetBinding> bindings = new ArrayList<>();
    while (looksAtKeyword("let")) {
      if (bindings.size() == LETS_MAX) {
        throw input.error(input.offset(), "too many bindings: expected at most " + LETS_MAX + " in one `let`");
      }
      bindings.add(letBinding());
    }
    needKeyword("in");
    input.needBlanks();
    Term body = expression();
    for (LetBinding binding : bindings.reversed()) {
      body = new Term.Let(binding.place, binding.name, binding.annotation, binding.value, body);
    }
    return body;
  }

  private LetBinding letBinding() {
    Place place = input.place();
    keyword("let");
    input.needBlanks();
    String name = bindableLabel();
    input.blanks();
    Term annotation = null;
    if (input.take(":")) {
      input.needBlanks();
      annotation = expression();
      input.blanks();
    } else {
      input.hope(Input.TYPE);
    }
    input.need("=", "`=` and the value of `" + name + "`");
    input.blanks();
    Term value = expression();
    input.needBlanks();
    input.hope("`let`");
    return new LetBinding(place, name, annotation, value);
  }

  private @Nullable Term emptyList(Place place) {
    int start = input.offset();
    input.take("[");
    input.blanks();
    if (input.take(",")) {
      input.blanks();
    }
    if (!input.take("]")) {
      input.goTo(start);
      return null;
    }
    input.blanks();
    input.need(":", "`:` and the type of the empty list, as in `[] : List Text`");
    input.needBlanks();
    return new Term.EmptyList(place, expression());
  }

  /** What begins with an operand: operators, an arrow, {@code with} or a type annotation may follow. */
  private Term operatorOrMore(Place place) {
    Term first = startsApplicationKeyword() ? null : importExpression();
    if (first != null && withFollows()) {
      return with(first);
    }
    boolean annotatable = first == null && (looksAtKeyword("merge") || looksAtKeyword("toMap"));
    Term term = operators(0, applications(first));
    int end = input.offset();
    if (withFollows()) {
      throw input.error(end, "`with` changes a single value: put parentheses around what stands before it");
    }
    input.blanks();
    if (input.looksAt("->") || input.looksAt("→")) {
      arrow();
      input.blanks();
      return new Term.Pi(place, "_", term, expression());
    }
    input.hope(Input.ARROW);
    if (input.looksAt(":") && !input.looksAt("::")) {
      input.take(":");
      input.needBlanks();
      Term type = expression();
      return annotate(place, term, type, annotatable);
    }
    input.hope(Input.TYPE);
    input.goTo(end);
    return term;
  }

  /** An annotation right after {@code merge} or {@code toMap} belongs to it. */
  private static Term annotate(Place place, Term term, Term type, boolean annotatable) {
    if (annotatable && term instanceof Term.Merge merge) {
      return new Term.Merge(place, merge.handlers(), merge.union(), type);
    }
    if (annotatable && term instanceof Term.ToMap map) {
      return new Term.ToMap(place, map.record(), type);
    }
    return new Term.Annotation(place, term, type);
  }

  private boolean withFollows() {
    int start = input.offset();
    boolean follows = input.blanks() && keyword("with") && input.blanks();
    input.goTo(start);
    return follows;
  }

  private Term with(Term record) {
    Term term = record;
    int changes = 0;
    while (withFollows()) {
      if (++changes > CHAIN_MAX) {
        throw tooLong();
      }
      input.blanks();
      Place place = input.place();
      keyword("with");
      input.needBlanks();
      List<Term.Step> path = new ArrayList<>();
      path.add(step());
      while (takeDot()) {
        path.add(step());
      }
      input.blanks();
      input.need("=", "`=` and the new value");
      input.blanks();
      term = new Term.With(place, term, List.copyOf(path), operatorExpression());
    }
    return term;
  }

  private Term.Step step() {
    Place place = input.place();
    return input.take("?") ? new Term.Step(place, "?", true) : new Term.Step(place, fieldLabel(), false);
  }

  private boolean takeDot() {
    int start = input.offset();
    input.blanks();
    if (input.take(".")) {
      input.blanks();
      return true;
    }
    input.goTo(start);
    return false;
  }

  private Term operatorExpression() {
    return operators(0, applications(startsApplicationKeyword() ? null : importExpression()));
  }

  /** Precedence climbing: folds operators at this level and tighter onto the left operand. */
  private Term operators(int loosest, Term first) {
    Term left = first;
    int operands = 1;
    while (true) {
      int end = input.offset();
      Operator operator = takeOperator(loosest);
      if (operator == null) {
        input.goTo(end);
        return left;
      }
      if (++operands > CHAIN_MAX) {
        throw tooLong();
      }
      Term next = applications(startsApplicationKeyword() ? null : importExpression());
      Term right = operator.level < Operator.TIGHTEST ? operators(operator.level + 1, next) : next;
      left = new Term.Binary(left.place(), operator, left, right);
    }
  }

  private ProblemsException tooLong() {
    return input.error(input.offset(), "this chain is too long: expected at most " + CHAIN_MAX + " parts");
  }

  /** Skips blanks and takes an operator at this level or tighter. */
  private @Nullable Operator takeOperator(int loosest) {
    input.blanks();
    Operator operator = operatorHere();
    if (operator == null || operator.level < loosest) {
      input.hope(Input.OPERATOR);
      return null;
    }
    if (!input.take(operator.symbol)) {
      input.take(operator.ascii);
    }
    boolean blanks = input.blanks();
    // `f +2` applies f to an integer and `http://a?b` has a query.
    if (!blanks && (operator == Operator.PLUS || operator == Operator.ALTERNATIVE)) {
      input.hope("a blank");
      return null;
    }
    return operator;
  }

  private @Nullable Operator operatorHere() {
    // `---` and `->` begin no operator; longer operators come before those they begin with.
    return switch (input.peek()) {
      case '≡' -> Operator.EQUIVALENT;
      case '∧' -> Operator.COMBINE;
      case '⫽' -> Operator.PREFER;
      case '⩓' -> Operator.COMBINE_TYPES;
      case '?' -> Operator.ALTERNATIVE;
      case '#' -> Operator.LIST_APPEND;
      case '*' -> Operator.TIMES;
      case '+' -> input.looksAt("++") ? Operator.TEXT_APPEND : Operator.PLUS;
      case '|' -> input.looksAt("||") ? Operator.OR : null;
      case '&' -> input.looksAt("&&") ? Operator.AND : null;
      case '!' -> input.looksAt("!=") ? Operator.NOT_EQUAL : null;
      case '=' -> equals();
      case '/' -> slashes();
      default -> null;
    };
  }

  private @Nullable Operator equals() {
    if (input.looksAt("===")) {
      return Operator.EQUIVALENT;
    }
    return input.looksAt("==") ? Operator.EQUAL : null;
  }

  private @Nullable Operator slashes() {
    if (input.looksAt("//\\\\")) {
      return Operator.COMBINE_TYPES;
    }
    if (input.looksAt("//")) {
      return Operator.PREFER;
    }
    return input.looksAt("/\\") ? Operator.COMBINE : null;
  }

  private boolean startsApplicationKeyword() {
    return looksAtKeyword("merge") || looksAtKeyword("Some") || looksAtKeyword("toMap") || looksAtKeyword("showConstructor");
  }

  /** A function with its arguments; {@code first} if it was read already. */
  private Term applications(@Nullable Term first) {
    Term term = first == null ? firstApplication() : first;
    int arguments = 0;
    while (true) {
      int end = input.offset();
      if (!input.blanks() || !startsOperand()) {
        input.goTo(end);
        return term;
      }
      if (++arguments > CHAIN_MAX) {
        throw tooLong();
      }
      term = new Term.Application(term.place(), term, importExpression());
    }
  }

  /** Whether an argument begins here; if so, nothing else can stand here and reading it must succeed. */
  private boolean startsOperand() {
    int character = input.peek();
    return switch (character) {
      case '"', '{', '<', '[', '(', '`' -> true;
      case '\'' -> input.looksAt("''");
      case '.', '~' -> input.looksAt("./") || input.looksAt("../") || input.looksAt("~/");
      case '+', '-' -> Input.isDigit(input.peekAt(1)) || input.looksAt("-Infinity");
      case '/' -> slashes() == null;
      default -> (Input.isLabelStart(character) || Input.isDigit(character)) && !looksAtForeignKeyword();
    };
  }

  /** Keywords that end an operand. */
  private boolean looksAtForeignKeyword() {
    return looksAtKeyword("then") || looksAtKeyword("else") || looksAtKeyword("in") || looksAtKeyword("let") || looksAtKeyword("with")
        || looksAtKeyword("as") || looksAtKeyword("using");
  }

  private Term firstApplication() {
    Place place = input.place();
    if (keyword("merge")) {
      input.needBlanks();
      Term handlers = importExpression();
      input.needBlanks();
      return new Term.Merge(place, handlers, importExpression(), null);
    }
    if (keyword("Some")) {
      input.needBlanks();
      return new Term.Some(place, importExpression());
    }
    if (keyword("toMap")) {
      input.needBlanks();
      return new Term.ToMap(place, importExpression(), null);
    }
    needKeyword("showConstructor");
    input.needBlanks();
    return new Term.ShowConstructor(place, importExpression());
  }

  /** An import, or a value with its selectors and a completion. */
  Term importExpression() {
    Term found = imports.tryImport();
    if (found != null) {
      return found;
    }
    Term term = selectorExpression();
    int end = input.offset();
    input.blanks();
    if (!input.take("::")) {
      input.goTo(end);
      return term;
    }
    input.blanks();
    return new Term.Completion(term.place(), term, selectorExpression());
  }

  private Term selectorExpression() {
    Term term = primitive();
    int selectors = 0;
    while (true) {
      int end = input.offset();
      Term selected = takeDot() ? trySelector(term) : null;
      if (selected == null) {
        input.goTo(end);
        return term;
      }
      if (++selectors > CHAIN_MAX) {
        throw tooLong();
      }
      term = selected;
    }
  }

  private @Nullable Term trySelector(Term term) {
    Place place = input.place();
    if (input.take("{")) {
      return new Term.Projection(term.place(), term, projectedNames());
    }
    if (input.take("(")) {
      Term type = completeExpression();
      input.need(")", "`)`");
      return new Term.ProjectionByType(term.place(), term, type);
    }
    if (input.peek() != '`' && !Input.isLabelStart(input.peek())) {
      input.hope("the name of a field");
      return null;
    }
    return new Term.Field(term.place(), term, fieldLabel(), place);
  }

  private Map<String, Place> projectedNames() {
    Map<String, Place> names = new LinkedHashMap<>();
    separated(',', '}', () -> {
      Place place = input.place();
      String name = fieldLabel();
      if (names.put(name, place) != null) {
        throw new ProblemsException(place.error("the field `" + name + "` is selected twice"));
      }
    });
    return names;
  }

  /** Reads items up to the closing character, which is taken; a separator may also stand before the first and after the last item. */
  private void separated(char separator, char close, Runnable item) {
    input.blanks();
    if (input.take(separator)) {
      input.blanks();
    }
    if (input.take(close)) {
      return;
    }
    while (true) {
      item.run();
      input.blanks();
      if (input.take(close)) {
        return;
      }
      if (input.looksAt("=") || input.looksAt(":")) {
        throw input.error(input.offset(), "there is a `" + input.source.text.charAt(input.offset()) + "` where none is expected: is a `" + separator
            + "` missing before the name that stands before it?");
      }
      input.hope("`" + separator + "`");
      input.need(String.valueOf(separator), "`" + close + "`");
      input.blanks();
      if (input.take(close)) {
        return;
      }
    }
  }

  private Term primitive() {
    Place place = input.place();
    int character = input.peek();
    return switch (character) {
      case '"' -> literals.doubleQuoted();
      case '\'' -> literals.multiLine();
      case '{' -> record(place);
      case '<' -> union(place);
      case '[' -> list(place);
      case '(' -> parentheses();
      case '+', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> literals.number();
      default -> name(place);
    };
  }

  private Term parentheses() {
    int start = input.offset();
    input.take("(");
    Term term = completeExpression();
    if (input.atEnd()) {
      throw input.error(start, "this `(` is never closed: expected `)`, got the end of the text");
    }
    input.need(")", "`)`");
    return term;
  }

  private Term list(Place place) {
    List<Term> items = new ArrayList<>();
    input.take("[");
    separated(',', ']', () -> items.add(expression()));
    if (items.isEmpty()) {
      // Only here: where an annotation may follow, `emptyList` has already taken it.
      throw input.mismatch("`:` and the type of the empty list in parentheses, as in `([] : List Text)`");
    }
    return new Term.ListLiteral(place, List.copyOf(items));
  }

  private Term union(Place place) {
    Map<String, Term.Alternative> alternatives = new LinkedHashMap<>();
    input.take("<");
    separated('|', '>', () -> {
      Place at = input.place();
      String name = fieldLabel();
      if (alternatives.put(name, new Term.Alternative(at, payloadType())) != null) {
        throw new ProblemsException(at.error("the alternative `" + name + "` is declared twice"));
      }
    });
    return new Term.Union(place, alternatives);
  }

  private @Nullable Term payloadType() {
    int end = input.offset();
    input.blanks();
    if (!input.take(":")) {
      input.hope(Input.TYPE);
      input.goTo(end);
      return null;
    }
    input.needBlanks();
    return expression();
  }

  private Term record(Place place) {
    input.take("{");
    input.blanks();
    if (input.take(",")) {
      input.blanks();
    }
    if (input.take("}")) {
      return new Term.RecordType(place, Map.of());
    }
    if (input.looksAt("=")) {
      return emptyRecord(place);
    }
    int start = input.offset();
    fieldLabel();
    input.blanks();
    boolean type = input.looksAt(":") && !input.looksAt("::");
    input.goTo(start);
    return type ? recordType(place) : recordLiteral(place);
  }

  private Term emptyRecord(Place place) {
    input.take("=");
    input.blanks();
    if (input.take(",")) {
      input.blanks();
    }
    input.need("}", "`}`");
    return new Term.RecordLiteral(place, Map.of());
  }

  private Term recordType(Place place) {
    Map<String, Term.Entry> fields = new LinkedHashMap<>();
    separated(',', '}', () -> {
      Place at = input.place();
      String name = fieldLabel();
      input.blanks();
      input.need(":", "`:` and the type of `" + name + "`");
      input.needBlanks();
      if (fields.put(name, new Term.Entry(at, expression())) != null) {
        throw new ProblemsException(at.error("the field `" + name + "` is declared twice"));
      }
    });
    return new Term.RecordType(place, fields);
  }

  private Term recordLiteral(Place place) {
    Map<String, Term.Entry> fields = new LinkedHashMap<>();
    separated(',', '}', () -> {
      Place at = input.place();
      String name = fieldLabel();
      Term.Entry entry = new Term.Entry(at, fieldValue(at, name));
      // The same field again, as in `{ a.b = 1, a.c = 2 }`, means both together.
      fields.merge(name, entry,
          (old, more) -> new Term.Entry(old.place(), new Term.Binary(more.place(), Operator.COMBINE, old.value(), more.value(), true)));
    });
    return new Term.RecordLiteral(place, fields);
  }

  private Term fieldValue(Place at, String name) {
    int end = input.offset();
    List<Place> places = new ArrayList<>();
    List<String> path = new ArrayList<>();
    while (takeDot()) {
      places.add(input.place());
      path.add(fieldLabel());
    }
    input.blanks();
    if (!input.take("=")) {
      input.hope("`=` and the value of `" + name + "`");
      if (!path.isEmpty()) {
        throw input.mismatch("`=`");
      }
      input.goTo(end);
      return new Term.Variable(at, name, 0);
    }
    input.blanks();
    Term value = expression();
    for (int i = path.size() - 1; i >= 0; i--) {
      value = new Term.RecordLiteral(places.get(i), Map.of(path.get(i), new Term.Entry(places.get(i), value)));
    }
    return value;
  }

  /** A variable, a built-in name, or one of the literals that are words. */
  private Term name(Place place) {
    if (keyword("Infinity")) {
      return new Term.DoubleLiteral(place, Double.POSITIVE_INFINITY);
    }
    if (keyword("NaN")) {
      return new Term.DoubleLiteral(place, Double.NaN);
    }
    boolean quoted = input.looksAt("`");
    String name = label("an expression");
    if (!quoted) {
      if (name.equals("True") || name.equals("False")) {
        return new Term.BoolLiteral(place, name.equals("True"));
      }
      Builtin builtin = Builtin.named(name).orElse(null);
      if (builtin != null) {
        return new Term.Constant(place, builtin);
      }
    }
    return new Term.Variable(place, name, index());
  }

  private int index() {
    int end = input.offset();
    input.blanks();
    if (!input.take("@")) {
      input.goTo(end);
      return 0;
    }
    input.blanks();
    BigInteger index = literals.natural();
    return index.bitLength() < Integer.SIZE ? index.intValue() : Integer.MAX_VALUE;
  }

  /** A name that a binder may give: no keyword and, unless quoted, no built-in name. */
  private String bindableLabel() {
    int start = input.offset();
    boolean quoted = input.looksAt("`");
    String name = label("a name");
    if (!quoted && (Builtin.named(name).isPresent() || name.equals("True") || name.equals("False"))) {
      throw input.error(start, "`" + name + "` is a built-in name: expected another one, or write it in backquotes");
    }
    return name;
  }

  /** The name of a field or alternative; {@code Some} is allowed. */
  private String fieldLabel() {
    return keyword("Some") ? "Some" : label("the name of a field");
  }

  private String label(String inWords) {
    if (input.take("`")) {
      return quotedLabel();
    }
    int start = input.offset();
    if (!Input.isLabelStart(input.peek())) {
      throw input.mismatch(inWords);
    }
    while (Input.isLabelCharacter(input.peek())) {
      input.skip();
    }
    String name = input.since(start);
    if (KEYWORDS.contains(name)) {
      input.goTo(start);
      throw input.mismatch(inWords);
    }
    return name;
  }

  private String quotedLabel() {
    int start = input.offset();
    while (input.peek() >= ' ' && input.peek() <= '~' && input.peek() != '`') {
      input.skip();
    }
    String name = input.since(start);
    input.need("`", "a closing backquote");
    return name;
  }

  private boolean looksAtKeyword(String word) {
    return input.looksAt(word) && !Input.isLabelCharacter(input.peekAt(word.length()));
  }

  private boolean keyword(String word) {
    return looksAtKeyword(word) && input.take(word);
  }

  private void needKeyword(String word) {
    if (!keyword(word)) {
      throw input.mismatch("`" + word + "`");
    }
  }
}
