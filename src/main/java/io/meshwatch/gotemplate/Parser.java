package io.meshwatch.gotemplate;

import io.meshwatch.gotemplate.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Parses a template's text by recursive descent. Variables and functions must be known where they are used. Confined to one
 * thread, used once.
 *
 * @see <a href="https://pkg.go.dev/text/template">text/template</a>
 */
final class Parser {
  /** How deep parentheses and control structures may be nested. */
  static final int NESTING_MAX = 200;

  private final String name;
  private final String text;
  private final Set<String> functions;
  private final List<Token> tokens;
  private final Map<String, Definition> definitions = new LinkedHashMap<>();
  private List<String> variables = new ArrayList<>(List.of("$"));
  private int at;
  private int actionLine;
  private int rangeDepth;
  private int nesting;

  /** Nodes up to the word that ended them, with what stood in that word's action. */
  private record Body(Node.Sequence nodes, Token ending) {}

  Parser(String name, String text, Set<String> functions) {
    this.name = name;
    this.text = text;
    this.functions = functions;
    this.tokens = new Lexer(text).tokens();
  }

  /** The template itself, under its name, and those it defines. */
  Map<String, Definition> parse() {
    Body body = body("template");
    if (!body.ending().is(Kind.END_OF_TEXT)) {
      throw error("unexpected {{" + body.ending().text() + "}}");
    }
    define(name, body.nodes());
    return definitions;
  }

  private void define(String definedName, Node.Sequence nodes) {
    Definition old = definitions.get(definedName);
    if (old != null && !old.nodes().isEmpty() && !nodes.isEmpty()) {
      throw error("multiple definition of template " + Values.quote(definedName));
    }
    if (old == null || !nodes.isEmpty()) {
      definitions.put(definedName, new Definition(definedName, name, text, nodes));
    }
  }

  /** Nodes up to {@code end}, {@code else} or the end of the text; the ending's action is still open. */
  private Body body(String context) {
    if (++nesting > NESTING_MAX) {
      throw error("nested more than " + NESTING_MAX + " deep");
    }
    List<Node> nodes = new ArrayList<>();
    int offset = peek().offset();
    while (true) {
      Token token = next();
      switch (token.kind()) {
        case TEXT -> nodes.add(new Node.Text(token.text(), token.offset()));
        case LEFT_DELIMITER -> {
          actionLine = token.line();
          Token first = peekNonSpace();
          if (first.isKeyword("end") || first.isKeyword("else")) {
            next();
            nesting--;
            return new Body(new Node.Sequence(nodes, offset), first);
          }
          action(nodes, context);
          actionLine = 0;
        }
        case END_OF_TEXT -> {
          if (!context.equals("template")) {
            throw error("unexpected EOF");
          }
          nesting--;
          return new Body(new Node.Sequence(nodes, offset), token);
        }
        default -> throw unexpected(token, "input");
      }
    }
  }

  private void action(List<Node> nodes, String context) {
    Token first = peekNonSpace();
    if (!first.is(Kind.KEYWORD)) {
      nodes.add(new Node.Action(pipeline("command", Kind.RIGHT_DELIMITER), first.offset()));
      return;
    }
    next();
    switch (first.text()) {
      case "if" -> nodes.add(branch("if", first));
      case "with" -> nodes.add(branch("with", first));
      case "range" -> nodes.add(range(first));
      case "break", "continue" -> nodes.add(loopControl(first));
      case "template" -> nodes.add(invocation(first));
      case "block" -> nodes.add(block(first));
      case "define" -> {
        if (!context.equals("template")) {
          throw unexpected(first, "command");
        }
        definition();
      }
      default -> throw unexpected(first, "command");
    }
  }

  private Node branch(String keyword, Token first) {
    List<String> outer = new ArrayList<>(variables);
    Node.Pipeline condition = pipeline(keyword, Kind.RIGHT_DELIMITER);
    Body then = body(keyword);
    Node.Sequence otherwise = Node.Sequence.EMPTY;
    if (then.ending().isKeyword("else")) {
      otherwise = otherwise(keyword);
    } else {
      closeEnd();
    }
    variables = outer;
    return keyword.equals("if")
        ? new Node.If(condition, then.nodes(), otherwise, first.offset())
        : new Node.With(condition, then.nodes(), otherwise, first.offset());
  }

  /** What follows {@code else}: a chained {@code if} or {@code with} shares this one's {@code end}. */
  private Node.Sequence otherwise(String keyword) {
    Token next = peekNonSpace();
    if (next.isKeyword(keyword)) {
      next();
      return new Node.Sequence(List.of(branch(keyword, next)), next.offset());
    }
    closeAction("else");
    Body body = body(keyword);
    if (!body.ending().isKeyword("end")) {
      throw error("expected end; found {{else}}");
    }
    closeEnd();
    return body.nodes();
  }

  private Node range(Token first) {
    List<String> outer = new ArrayList<>(variables);
    Node.Pipeline elements = pipeline("range", Kind.RIGHT_DELIMITER);
    rangeDepth++;
    Body body = body("range");
    rangeDepth--;
    Node.Sequence otherwise = Node.Sequence.EMPTY;
    if (body.ending().isKeyword("else")) {
      closeAction("else");
      Body alternative = body("range");
      if (!alternative.ending().isKeyword("end")) {
        throw error("expected end; found {{else}}");
      }
      otherwise = alternative.nodes();
    }
    closeEnd();
    variables = outer;
    return new Node.Range(elements, body.nodes(), otherwise, first.offset());
  }

  private Node loopControl(Token keyword) {
    closeAction("{{" + keyword.text() + "}}");
    if (rangeDepth == 0) {
      throw error("{{" + keyword.text() + "}} outside {{range}}");
    }
    return keyword.text().equals("break") ? new Node.Break(keyword.offset()) : new Node.Continue(keyword.offset());
  }

  private Node invocation(Token first) {
    String invoked = templateName("template clause");
    Node.Pipeline argument = null;
    if (peekNonSpace().is(Kind.RIGHT_DELIMITER)) {
      next();
    } else {
      argument = pipeline("template clause", Kind.RIGHT_DELIMITER);
    }
    return new Node.Invocation(invoked, argument, first.offset());
  }

  private Node block(Token first) {
    String defined = templateName("block clause");
    Node.Pipeline argument = pipeline("block clause", Kind.RIGHT_DELIMITER);
    define(defined, separateBody("block clause"));
    return new Node.Invocation(defined, argument, first.offset());
  }

  private void definition() {
    String defined = templateName("define clause");
    closeAction("define clause");
    define(defined, separateBody("define clause"));
  }

  /** The body of a template of its own: variables and loops around it do not reach into it. */
  private Node.Sequence separateBody(String context) {
    List<String> outerVariables = variables;
    int outerRangeDepth = rangeDepth;
    variables = new ArrayList<>(List.of("$"));
    rangeDepth = 0;
    Body body = body(context);
    if (!body.ending().isKeyword("end")) {
      throw error("unexpected {{else}} in " + context);
    }
    closeEnd();
    variables = outerVariables;
    rangeDepth = outerRangeDepth;
    return body.nodes();
  }

  private String templateName(String context) {
    Token token = nextNonSpace();
    if (!token.is(Kind.STRING) && !token.is(Kind.RAW_STRING)) {
      throw unexpected(token, context);
    }
    return unquote(token);
  }

  private void closeEnd() {
    closeAction("end");
    actionLine = 0;
  }

  private void closeAction(String context) {
    Token token = nextNonSpace();
    if (!token.is(Kind.RIGHT_DELIMITER)) {
      throw unexpected(token, context);
    }
  }

  private Node.Pipeline pipeline(String context, Kind end) {
    if (++nesting > NESTING_MAX) {
      throw error("nested more than " + NESTING_MAX + " deep");
    }
    int offset = peekNonSpace().offset();
    List<String> declared = new ArrayList<>();
    boolean assigns = declarations(context, declared);
    List<Node.Command> commands = new ArrayList<>();
    while (true) {
      Token token = peekNonSpace();
      if (token.is(end)) {
        next();
        checkCommands(commands, context);
        nesting--;
        return new Node.Pipeline(declared, assigns, commands, offset);
      }
      if (!startsOperand(token)) {
        throw unexpected(token, context);
      }
      commands.add(command());
    }
  }

  /** Reads {@code $a, $b :=} into the list; whether it was {@code =} instead of {@code :=}. */
  private boolean declarations(String context, List<String> declared) {
    while (peekNonSpace().is(Kind.VARIABLE)) {
      int before = at;
      Token variable = next();
      Token following = peekNonSpace();
      if (following.is(Kind.DECLARE) || following.is(Kind.ASSIGN)) {
        next();
        declared.add(variable.text());
        variables.add(variable.text());
        return following.is(Kind.ASSIGN);
      }
      if (!following.is(Kind.CHARACTER) || !following.text().equals(",")) {
        at = before;
        return false;
      }
      next();
      declared.add(variable.text());
      variables.add(variable.text());
      checkSecondVariable(context, declared);
    }
    return false;
  }

  private void checkSecondVariable(String context, List<String> declared) {
    if (!context.equals("range") || declared.size() > 1) {
      throw error("too many declarations in " + context);
    }
    Kind kind = peekNonSpace().kind();
    if (kind != Kind.VARIABLE && kind != Kind.RIGHT_DELIMITER && kind != Kind.RIGHT_PARENTHESIS) {
      throw error("range can only initialize variables");
    }
  }

  private void checkCommands(List<Node.Command> commands, String context) {
    if (commands.isEmpty()) {
      throw error("missing value for " + context);
    }
    for (int i = 1; i < commands.size(); i++) {
      Node first = commands.get(i).words().getFirst();
      if (first instanceof Node.Constant || first instanceof Node.Dot || first instanceof Node.Nil) {
        throw error("non executable command in pipeline stage " + (i + 1));
      }
    }
  }

  private static boolean startsOperand(Token token) {
    return switch (token.kind()) {
      case BOOLEAN, CHARACTER_CONSTANT, DOT, FIELD, IDENTIFIER, NUMBER, NIL, RAW_STRING, STRING, VARIABLE, LEFT_PARENTHESIS -> true;
      default -> false;
    };
  }

  private Node.Command command() {
    int offset = peekNonSpace().offset();
    List<Node> words = new ArrayList<>();
    while (true) {
      if (startsOperand(peekNonSpace())) {
        words.add(operand());
      }
      Token token = next();
      if (token.is(Kind.SPACE)) {
        continue;
      }
      if (token.is(Kind.RIGHT_DELIMITER) || token.is(Kind.RIGHT_PARENTHESIS)) {
        at--;
      } else if (!token.is(Kind.PIPE)) {
        throw unexpected(token, startsOperand(token) || token.is(Kind.ERROR) ? "operand" : "command");
      } else if (peekNonSpace().is(Kind.RIGHT_DELIMITER) || peekNonSpace().is(Kind.RIGHT_PARENTHESIS)) {
        throw error("missing value for command");
      }
      return new Node.Command(words, offset);
    }
  }

  private Node operand() {
    Node term = term();
    if (!peek().is(Kind.FIELD)) {
      return term;
    }
    List<String> path = new ArrayList<>();
    while (peek().is(Kind.FIELD)) {
      path.add(next().text().substring(1));
    }
    return switch (term) {
      case Node.Field field -> new Node.Field(join(field.path(), path), field.offset());
      case Node.Variable variable -> new Node.Variable(variable.name(), join(variable.path(), path), variable.offset());
      case Node.Constant c -> throw error("unexpected . after term " + Values.quote(c.toString()));
      case Node.Nil n -> throw error("unexpected . after term \"nil\"");
      case Node.Dot d -> throw error("unexpected . after term \".\"");
      default -> new Node.Chain(term, path, peek().offset());
    };
  }

  private static List<String> join(List<String> first, List<String> second) {
    List<String> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }

  private Node term() {
    Token token = nextNonSpace();
    int offset = token.offset();
    return switch (token.kind()) {
      case IDENTIFIER -> {
        if (!functions.contains(token.text())) {
          throw error("function " + Values.quote(token.text()) + " not defined");
        }
        yield new Node.Identifier(token.text(), offset);
      }
      case DOT -> new Node.Dot(offset);
      case NIL -> new Node.Nil(offset);
      case VARIABLE -> {
        if (!variables.contains(token.text())) {
          throw error("undefined variable " + Values.quote(token.text()));
        }
        yield new Node.Variable(token.text(), List.of(), offset);
      }
      case FIELD -> new Node.Field(List.of(token.text().substring(1)), offset);
      case BOOLEAN -> new Node.Constant(token.text().equals("true"), token.text(), offset);
      case NUMBER, CHARACTER_CONSTANT -> new Node.Constant(constant(token), token.text(), offset);
      case STRING, RAW_STRING -> new Node.Constant(unquote(token), token.text(), offset);
      case LEFT_PARENTHESIS -> pipeline("parenthesized pipeline", Kind.RIGHT_PARENTHESIS);
      default -> throw unexpected(token, "operand");
    };
  }

  private Object constant(Token token) {
    try {
      return token.is(Kind.CHARACTER_CONSTANT) ? Quoting.character(token.text()) : Constants.number(token.text());
    } catch (IllegalArgumentException e) {
      throw new TemplateException(at(token.line()) + e.getMessage(), token.line(), e);
    }
  }

  private String unquote(Token token) {
    try {
      return Quoting.unquote(token.text());
    } catch (IllegalArgumentException e) {
      throw new TemplateException(at(token.line()) + e.getMessage(), token.line(), e);
    }
  }

  private Token peek() {
    return tokens.get(Math.min(at, tokens.size() - 1));
  }

  private Token next() {
    Token token = peek();
    at = Math.min(at + 1, tokens.size());
    return token;
  }

  private Token peekNonSpace() {
    while (peek().is(Kind.SPACE)) {
      at++;
    }
    return peek();
  }

  private Token nextNonSpace() {
    peekNonSpace();
    return next();
  }

  private TemplateException unexpected(Token token, String context) {
    if (token.is(Kind.ERROR)) {
      return new TemplateException(at(token.line()) + token.text() + startedAt(token), token.line());
    }
    return new TemplateException(at(token.line()) + "unexpected " + token + " in " + context, token.line());
  }

  /** Where the action began if that is another line than the mistake's. */
  private String startedAt(Token token) {
    if (actionLine == 0 || actionLine == token.line()) {
      return "";
    }
    return (token.text().endsWith(" action") ? "" : " in action") + " started at " + name + ":" + actionLine;
  }

  private TemplateException error(String message) {
    int line = tokens.get(Math.max(0, Math.min(at, tokens.size()) - 1)).line();
    return new TemplateException(at(line) + message, line);
  }

  private String at(int line) {
    return "template: " + name + ":" + line + ": ";
  }
}
