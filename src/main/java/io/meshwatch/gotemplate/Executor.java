package io.meshwatch.gotemplate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs a template: walks the nodes with dot and the variables, and writes the text. Confined to one thread, used once.
 *
 * <p>Java's null stands both for Go's nil and for "no value"; printed on its own it is {@code <no value>}, as an argument nil.
 */
final class Executor {
  private static final String NO_VALUE = "<no value>";

  private final TemplateSet set;
  private final Map<String, GoFunction> functions;
  private final TemplateOptions options;
  /** Where in an HTML document the output stands; null for plain text. */
  private final @Nullable HtmlContext html;
  private final StringBuilder out = new StringBuilder();
  private Definition definition;
  private List<Variable> variables = new ArrayList<>();
  /** The node that is being evaluated, for messages. */
  private Node current;
  private int depth;
  private long steps;

  private static final class Variable {
    private final String name;
    private @Nullable Object value;

    Variable(String name, @Nullable Object value) {
      this.name = name;
      this.value = value;
    }
  }

  /** What a node asks of the loop around it. */
  private enum Flow {
    GO_ON,
    BREAK,
    CONTINUE
  }

  /** The value that a pipeline's earlier command hands to the next one. */
  private record Final(@Nullable Object value) {}

  Executor(TemplateSet set, Definition definition, Map<String, GoFunction> functions, TemplateOptions options, @Nullable HtmlContext html) {
    this.html = html;
    this.set = set;
    this.definition = definition;
    this.functions = functions;
    this.options = options;
    this.current = definition.nodes();
  }

  String execute(@Nullable Object data) {
    variables.add(new Variable("$", data));
    walk(data, definition.nodes());
    if (html != null && !html.isText()) {
      throw error("ends in a non-text context of HTML");
    }
    return out.toString();
  }

  private Flow walk(@Nullable Object dot, Node node) {
    step(node);
    return switch (node) {
      case Node.Sequence sequence -> sequence(dot, sequence);
      case Node.Text text -> write(html == null ? text.text() : html.literal(text.text()));
      case Node.Action action -> {
        Object value = pipeline(dot, action.pipeline());
        yield action.pipeline().variables().isEmpty() ? writeValue(value, action.pipeline()) : Flow.GO_ON;
      }
      case Node.If branch -> {
        int mark = variables.size();
        boolean truth = Values.isTrue(pipeline(dot, branch.condition()));
        yield leaving(mark, walk(dot, truth ? branch.then() : branch.otherwise()));
      }
      case Node.With with -> {
        int mark = variables.size();
        Object value = pipeline(dot, with.value());
        boolean truth = Values.isTrue(value);
        yield leaving(mark, walk(truth ? value : dot, truth ? with.then() : with.otherwise()));
      }
      case Node.Range range -> range(dot, range);
      case Node.Break b -> Flow.BREAK;
      case Node.Continue c -> Flow.CONTINUE;
      case Node.Invocation invocation -> invoke(dot, invocation);
      case Node.Pipeline p -> throw notStatement(p);
      case Node.Command c -> throw notStatement(c);
      case Node.Identifier i -> throw notStatement(i);
      case Node.Dot d -> throw notStatement(d);
      case Node.Nil n -> throw notStatement(n);
      case Node.Field f -> throw notStatement(f);
      case Node.Variable v -> throw notStatement(v);
      case Node.Chain c -> throw notStatement(c);
      case Node.Constant c -> throw notStatement(c);
    };
  }

  private static IllegalStateException notStatement(Node node) {
    return new IllegalStateException("the parser put an operand where a statement belongs: " + node);
  }

  private void step(Node node) {
    if (++steps > options.stepsMax()) {
      current = node;
      throw error("more than " + options.stepsMax() + " steps");
    }
  }

  private Flow writeValue(@Nullable Object value, Node.Pipeline pipeline) {
    if (html == null) {
      return write(value == null ? NO_VALUE : GoFormat.value(value));
    }
    // What an author escaped by hand is not escaped once more.
    boolean escaped = pipeline.commands().getLast().words().getFirst() instanceof Node.Identifier last && last.name().equals("html");
    return write(html.value(escaped && value instanceof String text ? new SafeContent(SafeContent.Kind.HTML, text) : value));
  }

  private Flow write(String text) {
    out.append(text);
    if (out.length() > options.outputCharactersMax()) {
      throw error("text is longer than " + options.outputCharactersMax() + " characters");
    }
    return Flow.GO_ON;
  }

  private Flow sequence(@Nullable Object dot, Node.Sequence sequence) {
    for (Node node : sequence.nodes()) {
      current = node;
      Flow flow = walk(dot, node);
      if (flow != Flow.GO_ON) {
        return flow;
      }
    }
    return Flow.GO_ON;
  }

  private Flow leaving(int mark, Flow flow) {
    variables.subList(mark, variables.size()).clear();
    return flow;
  }

  private Flow range(@Nullable Object dot, Node.Range range) {
    int mark = variables.size();
    Object value = pipeline(dot, new Node.Pipeline(List.of(), false, range.elements().commands(), range.elements().offset()));
    boolean any = switch (Values.plain(value)) {
      case null -> false;
      case List<?> list -> each(range, indexes(list.size()), list);
      case Map<?, ?> map -> {
        TreeMap<Object, @Nullable Object> sorted = new TreeMap<>(map);
        yield each(range, new ArrayList<>(sorted.keySet()), new ArrayList<>(sorted.values()));
      }
      case Long count -> each(range, count);
      default -> throw error("range can't iterate over " + GoFormat.value(value));
    };
    return leaving(mark, any ? Flow.GO_ON : walk(dot, range.otherwise()));
  }

  private static List<Object> indexes(int size) {
    List<Object> indexes = new ArrayList<>(size);
    for (long i = 0; i < size; i++) {
      indexes.add(i);
    }
    return indexes;
  }

  private boolean each(Node.Range range, List<?> keys, List<? extends @Nullable Object> elements) {
    for (int i = 0; i < elements.size(); i++) {
      if (iteration(range, keys.get(i), elements.get(i)) == Flow.BREAK) {
        break;
      }
    }
    return !elements.isEmpty();
  }

  private boolean each(Node.Range range, long count) {
    for (long i = 0; i < count; i++) {
      if (iteration(range, i, i) == Flow.BREAK) {
        break;
      }
    }
    return count > 0;
  }

  private Flow iteration(Node.Range range, @Nullable Object key, @Nullable Object element) {
    int mark = variables.size();
    List<String> names = range.elements().variables();
    if (!names.isEmpty()) {
      setVariable(names.getLast(), element, range.elements().assigns());
      if (names.size() > 1) {
        setVariable(names.getFirst(), key, range.elements().assigns());
      }
    }
    return leaving(mark, walk(element, range.body()));
  }

  private void setVariable(String name, @Nullable Object value, boolean assigns) {
    if (!assigns) {
      variables.add(new Variable(name, value));
      return;
    }
    variable(name).value = value;
  }

  private Variable variable(String name) {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name.equals(name)) {
        return variables.get(i);
      }
    }
    throw error("undefined variable: " + name);
  }

  private Flow invoke(@Nullable Object dot, Node.Invocation invocation) {
    current = invocation;
    Definition called = set.definition(invocation.name());
    if (called == null) {
      throw error("template " + Values.quote(invocation.name()) + " not defined");
    }
    if (depth >= options.depthMax()) {
      throw error("exceeded maximum template depth (" + options.depthMax() + ")");
    }
    Node.Pipeline argument = invocation.argument();
    Object value = argument == null ? null : pipeline(dot, argument);
    Definition callerDefinition = definition;
    List<Variable> callerVariables = variables;
    definition = called;
    variables = new ArrayList<>(List.of(new Variable("$", value)));
    depth++;
    walk(value, called.nodes());
    depth--;
    definition = callerDefinition;
    variables = callerVariables;
    return Flow.GO_ON;
  }

  private @Nullable Object pipeline(@Nullable Object dot, Node.Pipeline pipeline) {
    current = pipeline;
    Final value = null;
    for (Node.Command command : pipeline.commands()) {
      value = new Final(command(dot, command, value));
    }
    Object result = value == null ? null : value.value();
    for (String name : pipeline.variables()) {
      setVariable(name, result, pipeline.assigns());
    }
    return result;
  }

  private @Nullable Object command(@Nullable Object dot, Node.Command command, @Nullable Final last) {
    List<Node> words = command.words();
    Node first = words.getFirst();
    step(first);
    List<Node> arguments = words.subList(1, words.size());
    return switch (first) {
      case Node.Field field -> path(dot, dot, field, field.path(), arguments, last);
      case Node.Chain chain -> path(dot, operand(dot, chain.start()), chain, chain.path(), arguments, last);
      case Node.Variable variable when !variable.path().isEmpty() ->
          path(dot, variable(variable.name()).value, variable, variable.path(), arguments, last);
      case Node.Identifier identifier -> function(dot, identifier, command, arguments, last);
      case Node.Nil nil -> throw at(nil, "nil is not a command");
      default -> {
        if (!arguments.isEmpty() || last != null) {
          throw at(first, "can't give argument to non-function " + first);
        }
        yield operand(dot, first);
      }
    };
  }

  /** The value of a word that is not called with arguments. */
  private @Nullable Object operand(@Nullable Object dot, Node node) {
    current = node;
    return switch (node) {
      case Node.Constant constant -> constant.value();
      case Node.Dot d -> dot;
      case Node.Nil n -> null;
      case Node.Field field -> path(dot, dot, field, field.path(), List.of(), null);
      case Node.Variable variable -> path(dot, variable(variable.name()).value, variable, variable.path(), List.of(), null);
      case Node.Chain chain -> path(dot, operand(dot, chain.start()), chain, chain.path(), List.of(), null);
      case Node.Pipeline pipeline -> pipeline(dot, pipeline);
      case Node.Identifier identifier -> function(dot, identifier, identifier, List.of(), null);
      default -> throw error("can't handle " + node);
    };
  }

  private @Nullable Object path(
      @Nullable Object dot, @Nullable Object start, Node node, List<String> names, List<Node> arguments, @Nullable Final last) {
    if (!(node instanceof Node.Chain)) {
      current = node;
    }
    Object value = start;
    for (int i = 0; i < names.size(); i++) {
      boolean isLast = i == names.size() - 1;
      value = member(dot, value, node, names.get(i), isLast ? arguments : List.of(), isLast ? last : null);
    }
    return value;
  }

  private @Nullable Object member(
      @Nullable Object dot, @Nullable Object receiver, Node node, String name, List<Node> arguments, @Nullable Final last) {
    if (receiver == null) {
      if (options.missingKey() == TemplateOptions.MissingKey.ERROR) {
        throw error("nil data; no entry for key " + Values.quote(name));
      }
      return null;
    }
    GoFunction member = receiver instanceof GoObject object ? object.member(name) : null;
    if (member != null) {
      return call(name, member, node, arguments(dot, arguments, last));
    }
    TypedMap map = Values.map(receiver);
    if (map == null) {
      throw error("can't evaluate field " + name + " in type " + Values.typeName(receiver));
    }
    if (!arguments.isEmpty() || last != null) {
      throw error(name + " is not a method but has arguments");
    }
    return map.entries().containsKey(name) ? map.entries().get(name) : missing(map, name);
  }

  private @Nullable Object missing(TypedMap map, String name) {
    return switch (options.missingKey()) {
      case INVALID -> null;
      case ZERO -> map.zero();
      case ERROR -> throw error("map has no entry for key " + Values.quote(name));
    };
  }

  private Arguments arguments(@Nullable Object dot, List<Node> words, @Nullable Final last) {
    List<@Nullable Object> values = new ArrayList<>(words.size() + 1);
    for (Node word : words) {
      values.add(operand(dot, word));
    }
    if (last != null) {
      values.add(last.value());
    }
    return new Arguments(Collections.unmodifiableList(values));
  }

  private @Nullable Object function(
      @Nullable Object dot, Node.Identifier identifier, Node call, List<Node> arguments, @Nullable Final last) {
    String name = identifier.name();
    current = identifier;
    GoFunction function = functions.get(name);
    if (function == null && (name.equals("and") || name.equals("or"))) {
      return shortCircuit(dot, name.equals("or"), identifier, arguments, last);
    }
    if (function == null) {
      function = Builtins.function(name);
    }
    if (function == null) {
      throw error(Values.quote(name) + " is not a defined function");
    }
    Arguments values = arguments(dot, arguments, last);
    return call(name, function, call, values);
  }

  private @Nullable Object shortCircuit(
      @Nullable Object dot, boolean stopAt, Node.Identifier identifier, List<Node> arguments, @Nullable Final last) {
    if (arguments.isEmpty() && last == null) {
      throw at(identifier, "wrong number of args for " + identifier + ": want at least 1 got 0");
    }
    Object value = null;
    for (Node argument : arguments) {
      value = operand(dot, argument);
      if (Values.isTrue(value) == stopAt) {
        return value;
      }
    }
    return last == null ? value : last.value();
  }

  private @Nullable Object call(String name, GoFunction function, Node node, Arguments arguments) {
    try {
      return function.call(name, arguments);
    } catch (FunctionException e) {
      current = node;
      throw new TemplateException(message("error calling " + name + ": " + e.getMessage()), definition.lineAt(node.offset()), e);
    }
  }

  private TemplateException at(Node node, String message) {
    current = node;
    return error(message);
  }

  private TemplateException error(String message) {
    return new TemplateException(message(message), definition.lineAt(current.offset()));
  }

  private String message(String message) {
    return "template: " + definition.placeAt(current.offset()) + ": executing " + Values.quote(definition.name()) + " at <"
        + current + ">: " + message;
  }
}
