package io.meshwatch.gotemplate;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A part of a parsed template: a closed family of immutable nodes. {@code toString} is how messages show it. */
sealed interface Node {
  /** Where it starts in the template's text, in characters. */
  int offset();

  /** Nodes one after the other. */
  record Sequence(List<Node> nodes, int offset) implements Node {
    static final Sequence EMPTY = new Sequence(List.of(), 0);

    boolean isEmpty() {
      return nodes.stream().allMatch(node -> node instanceof Text text && text.text().isBlank());
    }

    @Override
    public String toString() {
      return nodes.stream().map(Node::toString).collect(Collectors.joining());
    }
  }

  record Text(String text, int offset) implements Node {
    @Override
    public String toString() {
      return text;
    }
  }

  /** A pipeline whose value is printed, unless it only sets variables. */
  record Action(Pipeline pipeline, int offset) implements Node {
    @Override
    public String toString() {
      return "{{" + pipeline + "}}";
    }
  }

  record If(Pipeline condition, Sequence then, Sequence otherwise, int offset) implements Node {
    @Override
    public String toString() {
      return "{{if " + condition + "}}" + then + "{{end}}";
    }
  }

  record With(Pipeline value, Sequence then, Sequence otherwise, int offset) implements Node {
    @Override
    public String toString() {
      return "{{with " + value + "}}" + then + "{{end}}";
    }
  }

  record Range(Pipeline elements, Sequence body, Sequence otherwise, int offset) implements Node {
    @Override
    public String toString() {
      return "{{range " + elements + "}}" + body + "{{end}}";
    }
  }

  record Break(int offset) implements Node {
    @Override
    public String toString() {
      return "{{break}}";
    }
  }

  record Continue(int offset) implements Node {
    @Override
    public String toString() {
      return "{{continue}}";
    }
  }

  /** {@code {{template "name" pipeline}}}. */
  record Invocation(String name, @Nullable Pipeline argument, int offset) implements Node {
    @Override
    public String toString() {
      return "{{template " + Values.quote(name) + (argument == null ? "" : " " + argument) + "}}";
    }
  }

  /** {@code $a, $b := command | command}. */
  record Pipeline(List<String> variables, boolean assigns, List<Command> commands, int offset) implements Node {
    @Override
    public String toString() {
      String head = variables.isEmpty() ? "" : String.join(", ", variables) + (assigns ? " = " : " := ");
      return head + commands.stream().map(Command::toString).collect(Collectors.joining(" | "));
    }
  }

  /** A function or value with its arguments. */
  record Command(List<Node> words, int offset) implements Node {
    @Override
    public String toString() {
      return words.stream()
          .map(word -> word instanceof Pipeline ? "(" + word + ")" : word.toString())
          .collect(Collectors.joining(" "));
    }
  }

  record Identifier(String name, int offset) implements Node {
    @Override
    public String toString() {
      return name;
    }
  }

  record Dot(int offset) implements Node {
    @Override
    public String toString() {
      return ".";
    }
  }

  record Nil(int offset) implements Node {
    @Override
    public String toString() {
      return "nil";
    }
  }

  /** {@code .a.b} of dot. */
  record Field(List<String> path, int offset) implements Node {
    @Override
    public String toString() {
      return "." + String.join(".", path);
    }
  }

  /** {@code $name.a.b}. */
  record Variable(String name, List<String> path, int offset) implements Node {
    @Override
    public String toString() {
      return path.isEmpty() ? name : name + "." + String.join(".", path);
    }
  }

  /** {@code (pipeline).a.b}. */
  record Chain(Node start, List<String> path, int offset) implements Node {
    @Override
    public String toString() {
      String head = start instanceof Pipeline ? "(" + start + ")" : start.toString();
      return head + "." + String.join(".", path);
    }
  }

  /** A boolean, number or text written in the template. */
  record Constant(Object value, String written, int offset) implements Node {
    @Override
    public String toString() {
      return written;
    }
  }
}
