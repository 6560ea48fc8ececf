package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Writes a term as Dhall text: on one line if it fits, otherwise one field, item or argument a line. */
final class Printer {
  private static final int WIDTH = 100;
  private static final int BRIEF_WIDTH = 70;
  private static final Pattern SIMPLE_LABEL = Pattern.compile("[A-Za-z_][A-Za-z0-9_/-]*");

  // How tightly the surroundings of an expression bind; each level needs parentheses around everything before it.
  private static final int ANYTHING = -1;
  private static final int OPERAND = Operator.TIGHTEST + 1;
  private static final int ARGUMENT = OPERAND + 1;
  private static final int SELECTED = OPERAND + 2;

  private Printer() {}

  /** The whole expression. */
  static String print(Term term) {
    return print(term, ANYTHING, 0);
  }

  /** On one line, however long. */
  static String oneLine(Value value) {
    return flat(Quoter.quote(value), ANYTHING);
  }

  /** A type or value in a message: on one line, and cut where it would be long. */
  static String brief(Value value, List<String> binders) {
    return brief(Quoter.quote(value, binders));
  }

  private static String brief(Term term) {
    String text = flat(term, ANYTHING);
    return text.length() <= BRIEF_WIDTH ? text : shortened(term, text);
  }

  /** Long records and unions keep their first names; anything else keeps its beginning. */
  private static String shortened(Term term, String text) {
    return switch (term) {
      case Term.RecordType type -> "{ " + firstNames(type.fields().keySet()) + " } (a record type)";
      case Term.RecordLiteral literal -> "{ " + firstNames(literal.fields().keySet()) + " }";
      case Term.Union union -> "< " + firstNames(union.alternatives().keySet()).replace(", ", " | ") + " >";
      case Term.Application application when application.function() instanceof Term.Constant function ->
          function.builtin().text + " (" + brief(application.argument()) + ")";
      default -> text.substring(0, text.offsetByCodePoints(0, Math.min(BRIEF_WIDTH - 1, text.codePointCount(0, text.length())))) + "…";
    };
  }

  private static String firstNames(Set<String> names) {
    StringBuilder text = new StringBuilder();
    for (String name : names) {
      if (text.length() + name.length() > BRIEF_WIDTH) {
        return text.append(", …").toString();
      }
      text.append(text.isEmpty() ? "" : ", ").append(name);
    }
    return text.toString();
  }

  private static String print(Term term, int binding, int indent) {
    String flat = flat(term, binding);
    if (indent + flat.length() <= WIDTH && flat.indexOf('\n') < 0) {
      return flat;
    }
    String broken = broken(term, indent);
    if (broken == null) {
      return flat;
    }
    boolean parentheses = binding(term) < binding;
    return parentheses ? "(" + broken + "\n" + " ".repeat(indent) + ")" : broken;
  }

  private static @Nullable String broken(Term term, int indent) {
    return switch (term) {
      case Term.RecordLiteral literal when !literal.fields().isEmpty() -> {
        List<String> parts = new ArrayList<>();
        literal.fields().forEach((name, entry) -> parts.add(prefixed(label(name) + " = ", entry.value(), indent + 2)));
        yield lines("{", ",", "}", parts, indent);
      }
      case Term.RecordType type when !type.fields().isEmpty() -> {
        List<String> parts = new ArrayList<>();
        type.fields().forEach((name, entry) -> parts.add(prefixed(label(name) + " : ", entry.value(), indent + 2)));
        yield lines("{", ",", "}", parts, indent);
      }
      case Term.Union union when !union.alternatives().isEmpty() -> {
        List<String> parts = new ArrayList<>();
        union.alternatives().forEach((name, alternative) ->
            parts.add(alternative.type() == null ? label(name) : prefixed(label(name) + " : ", alternative.type(), indent + 2)));
        yield lines("<", "|", ">", parts, indent);
      }
      case Term.ListLiteral list -> lines("[", ",", "]", list.items().stream().map(item -> print(item, ANYTHING, indent + 2)).toList(), indent);
      case Term.Lambda lambda ->
          "λ(" + label(lambda.name()) + " : " + flat(lambda.domain(), ANYTHING) + ") →\n" + " ".repeat(indent + 2)
              + print(lambda.body(), ANYTHING, indent + 2);
      case Term.Pi pi when !pi.name().equals("_") ->
          "∀(" + label(pi.name()) + " : " + flat(pi.domain(), ANYTHING) + ") →\n" + " ".repeat(indent + 2)
              + print(pi.codomain(), ANYTHING, indent + 2);
      case Term.Some some -> prefixed("Some ", some.value(), indent);
      case Term.Application application ->
          flat(application.function(), OPERAND) + "\n" + " ".repeat(indent + 2) + print(application.argument(), ARGUMENT, indent + 2);
      default -> null;
    };
  }

  private static String prefixed(String prefix, Term value, int indent) {
    int binding = prefix.startsWith("Some ") ? ARGUMENT : ANYTHING;
    String flat = flat(value, binding);
    if (indent + prefix.length() + flat.length() <= WIDTH && flat.indexOf('\n') < 0) {
      return prefix + flat;
    }
    return prefix.stripTrailing() + "\n" + " ".repeat(indent + 2) + print(value, binding, indent + 2);
  }

  private static String lines(String open, String separator, String close, List<String> parts, int indent) {
    StringBuilder text = new StringBuilder();
    String lineStart = open;
    for (String part : parts) {
      text.append(lineStart).append(' ').append(part).append('\n').append(" ".repeat(indent));
      lineStart = separator;
    }
    return text.append(close).toString();
  }

  /** On one line. */
  private static String flat(Term term, int binding) {
    String text = flat(term);
    return binding(term) < binding ? "(" + text + ")" : text;
  }

  /** How tightly an expression itself binds. */
  private static int binding(Term term) {
    return switch (term) {
      case Term.Lambda lambda -> ANYTHING;
      case Term.Pi pi -> ANYTHING;
      case Term.Let let -> ANYTHING;
      case Term.If choice -> ANYTHING;
      case Term.Annotation annotation -> ANYTHING;
      case Term.EmptyList list -> ANYTHING;
      case Term.Assert assertion -> ANYTHING;
      case Term.With with -> ANYTHING;
      case Term.Merge merge -> merge.annotation() == null ? OPERAND : ANYTHING;
      case Term.ToMap map -> map.annotation() == null ? OPERAND : ANYTHING;
      case Term.Binary binary -> binary.operator().level;
      case Term.Application application -> OPERAND;
      case Term.Some some -> OPERAND;
      case Term.ShowConstructor show -> OPERAND;
      case Term.Completion completion -> ARGUMENT;
      case Term.Import imported -> ARGUMENT;
      case Term.Embedded embedded -> embedded.value() instanceof Value.Unknown ? SELECTED : binding(Quoter.quote(embedded.value()));
      case Term.Variable variable -> SELECTED;
      case Term.Constant constant -> SELECTED;
      case Term.BoolLiteral literal -> SELECTED;
      case Term.NaturalLiteral literal -> SELECTED;
      case Term.IntegerLiteral literal -> SELECTED;
      case Term.DoubleLiteral literal -> SELECTED;
      case Term.TextLiteral literal -> SELECTED;
      case Term.BytesLiteral literal -> SELECTED;
      case Term.DateLiteral literal -> SELECTED;
      case Term.TimeLiteral literal -> SELECTED;
      case Term.TimeZoneLiteral literal -> SELECTED;
      case Term.ListLiteral literal -> SELECTED;
      case Term.RecordType type -> SELECTED;
      case Term.RecordLiteral literal -> SELECTED;
      case Term.Union union -> SELECTED;
      case Term.Field field -> SELECTED;
      case Term.Projection projection -> SELECTED;
      case Term.ProjectionByType projection -> SELECTED;
    };
  }

  private static String flat(Term term) {
    return switch (term) {
      case Term.Variable variable -> label(variable.name()) + (variable.index() == 0 ? "" : "@" + variable.index());
      case Term.Constant constant -> constant.builtin().text;
      case Term.Lambda lambda -> "λ(" + label(lambda.name()) + " : " + flat(lambda.domain(), ANYTHING) + ") → " + flat(lambda.body(), ANYTHING);
      case Term.Pi pi when pi.name().equals("_") -> flat(pi.domain(), 0) + " → " + flat(pi.codomain(), ANYTHING);
      case Term.Pi pi -> "∀(" + label(pi.name()) + " : " + flat(pi.domain(), ANYTHING) + ") → " + flat(pi.codomain(), ANYTHING);
      case Term.Application application -> flat(application.function(), OPERAND) + " " + flat(application.argument(), ARGUMENT);
      case Term.Let let ->
          "let " + label(let.name()) + (let.annotation() == null ? "" : " : " + flat(let.annotation(), ANYTHING)) + " = "
              + flat(let.value(), ANYTHING) + " in " + flat(let.body(), ANYTHING);
      case Term.Annotation annotation -> flat(annotation.term(), 0) + " : " + flat(annotation.type(), ANYTHING);
      case Term.Binary binary ->
          flat(binary.left(), binary.operator().level) + " " + binary.operator().symbol + " "
              + flat(binary.right(), binary.operator().level + 1);
      case Term.BoolLiteral literal -> literal.value() ? "True" : "False";
      case Term.NaturalLiteral literal -> literal.value().toString();
      case Term.IntegerLiteral literal -> Literals.integer(literal.value());
      case Term.DoubleLiteral literal -> Literals.floatingPoint(literal.value());
      case Term.TextLiteral literal -> text(literal);
      case Term.BytesLiteral literal -> "0x\"" + HexFormat.of().formatHex(literal.value()) + "\"";
      case Term.DateLiteral literal -> literal.value().toString();
      case Term.TimeLiteral literal -> Literals.time(literal.hour(), literal.minute(), literal.second());
      case Term.TimeZoneLiteral literal -> Literals.timeZone(literal.negative(), literal.hours(), literal.minutes());
      case Term.ListLiteral literal -> "[ " + String.join(", ", literal.items().stream().map(item -> flat(item, ANYTHING)).toList()) + " ]";
      case Term.EmptyList list -> "[] : " + flat(list.type(), ANYTHING);
      case Term.Some some -> "Some " + flat(some.value(), ARGUMENT);
      case Term.RecordType type -> type.fields().isEmpty() ? "{}" : "{ " + fields(type.fields(), " : ") + " }";
      case Term.RecordLiteral literal -> literal.fields().isEmpty() ? "{=}" : "{ " + fields(literal.fields(), " = ") + " }";
      case Term.Union union -> union(union);
      case Term.If choice ->
          "if " + flat(choice.condition(), ANYTHING) + " then " + flat(choice.yes(), ANYTHING) + " else " + flat(choice.no(), ANYTHING);
      case Term.Merge merge ->
          "merge " + flat(merge.handlers(), ARGUMENT) + " " + flat(merge.union(), ARGUMENT) + annotation(merge.annotation());
      case Term.ToMap map -> "toMap " + flat(map.record(), ARGUMENT) + annotation(map.annotation());
      case Term.ShowConstructor show -> "showConstructor " + flat(show.value(), ARGUMENT);
      case Term.Assert assertion -> "assert : " + flat(assertion.type(), ANYTHING);
      case Term.Field field -> flat(field.record(), SELECTED) + "." + label(field.name());
      case Term.Projection projection ->
          flat(projection.record(), SELECTED) + ".{ " + String.join(", ", projection.names().keySet().stream().map(Printer::label).toList()) + " }";
      case Term.ProjectionByType projection -> flat(projection.record(), SELECTED) + ".(" + flat(projection.type(), ANYTHING) + ")";
      case Term.Completion completion -> flat(completion.schema(), SELECTED) + "::" + flat(completion.record(), SELECTED);
      case Term.With with ->
          flat(with.record(), ARGUMENT) + " with " + path(with.path()) + " = " + flat(with.value(), 0);
      case Term.Import imported -> imported(imported);
      case Term.Embedded embedded -> embedded.value() instanceof Value.Unknown ? "…" : flat(Quoter.quote(embedded.value()));
    };
  }

  private static String annotation(@Nullable Term type) {
    return type == null ? "" : " : " + flat(type, ANYTHING);
  }

  private static String fields(Map<String, Term.Entry> fields, String between) {
    List<String> parts = new ArrayList<>();
    fields.forEach((name, entry) -> parts.add(label(name) + between + flat(entry.value(), ANYTHING)));
    return String.join(", ", parts);
  }

  private static String union(Term.Union union) {
    if (union.alternatives().isEmpty()) {
      return "<>";
    }
    List<String> parts = new ArrayList<>();
    union.alternatives().forEach((name, alternative) -> parts.add(label(name) + annotation(alternative.type())));
    return "< " + String.join(" | ", parts) + " >";
  }

  private static String text(Term.TextLiteral literal) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < literal.pieces().size(); i++) {
      String quoted = Literals.quoted(literal.pieces().get(i));
      text.append(quoted, 1, quoted.length() - 1);
      if (i < literal.terms().size()) {
        text.append("${").append(flat(literal.terms().get(i), ANYTHING)).append('}');
      }
    }
    return text.append('"').toString();
  }

  private static String path(List<Term.Step> path) {
    return String.join(".", path.stream().map(step -> step.optional() ? "?" : label(step.name())).toList());
  }

  private static String imported(Term.Import imported) {
    String hash = imported.hash() == null ? "" : " sha256:" + HexFormat.of().formatHex(imported.hash());
    return imported.target() + hash + (imported.mode() == ImportMode.CODE ? "" : " as " + imported.mode().word);
  }

  /** A name, in backquotes if it needs them. */
  static String label(String name) {
    boolean builtin = Builtin.named(name).isPresent() || name.equals("True") || name.equals("False");
    boolean simple = SIMPLE_LABEL.matcher(name).matches() && !Parser.KEYWORDS.contains(name) && !builtin;
    return simple ? name : "`" + name + "`";
  }
}
