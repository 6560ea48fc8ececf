package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;

/** Writes values as Dhall text again, one field or item a line where they do not fit. */
public final class DhallText {
  private static final int WIDTH = 100;
  private static final String HIDDEN = "\"<secret>\"";

  private final Secrecy secrecy;

  /** Decides which values must not be shown. */
  @FunctionalInterface
  public interface Secrecy {
    /** Hides nothing. */
    Secrecy NOTHING = (path, value) -> false;

    /** Whether a value is written as {@code "<secret>"}; {@code path} names the fields that lead to it, joined by dots. */
    boolean hides(String path, DhallValue value);
  }

  private DhallText(Secrecy secrecy) {
    this.secrecy = secrecy;
  }

  /** The value as Dhall text that loads to the same value, but for what is hidden. */
  public static String render(DhallValue value, Secrecy secrecy) {
    return new DhallText(secrecy).write("", value, 0);
  }

  private String write(String path, DhallValue value, int indent) {
    if (secrecy.hides(path, value)) {
      return HIDDEN;
    }
    return switch (value) {
      case DhallValue.TextValue text -> Literals.quoted(text.text());
      case DhallValue.BoolValue bool -> bool.value() ? "True" : "False";
      case DhallValue.NaturalValue natural -> natural.value().toString();
      case DhallValue.IntegerValue integer -> Literals.integer(integer.value());
      case DhallValue.DoubleValue number -> Literals.floatingPoint(number.value());
      case DhallValue.OtherValue other -> other.expression().toString();
      case DhallValue.ListValue list when list.items().isEmpty() -> "[] : " + list.type();
      case DhallValue.ListValue list -> {
        List<String> parts = new ArrayList<>();
        list.items().forEach(item -> parts.add(write(path, item, indent + 2)));
        yield layout("[", "]", parts, indent);
      }
      case DhallValue.OptionalValue optional -> optional.value()
          .map(inner -> "Some " + argument(path, inner, indent))
          .orElseGet(() -> none(optional.type().toString()));
      case DhallValue.RecordValue record when record.fields().isEmpty() -> "{=}";
      case DhallValue.RecordValue record -> {
        List<String> parts = new ArrayList<>();
        record.fields().forEach((name, field) -> parts.add(field(path.isEmpty() ? name : path + "." + name, name, field.value(), indent)));
        yield layout("{", "}", parts, indent);
      }
      case DhallValue.AlternativeValue alternative -> {
        String constructor = "(" + alternative.type() + ")." + Printer.label(alternative.name());
        yield constructor + alternative.payload().map(payload -> " " + argument(path, payload, indent)).orElse("");
      }
    };
  }

  /** A value that needs several lines begins on a line of its own. */
  private String field(String path, String name, DhallValue value, int indent) {
    String label = Printer.label(name) + " =";
    String text = write(path, value, indent + 4);
    return text.indexOf('\n') < 0 ? label + " " + text : label + "\n" + " ".repeat(indent + 4) + text;
  }

  /** {@code Optional T} is the type of {@code None T}. */
  private static String none(String optionalType) {
    return "None" + optionalType.substring("Optional".length());
  }

  private String argument(String path, DhallValue value, int indent) {
    String text = write(path, value, indent);
    boolean atomic =
        switch (value) {
          case DhallValue.ListValue list -> !list.items().isEmpty();
          case DhallValue.OptionalValue optional -> false;
          case DhallValue.AlternativeValue alternative -> alternative.payload().isEmpty();
          case DhallValue.OtherValue other -> false;
          default -> true;
        };
    return atomic ? text : "(" + text + ")";
  }

  private static String layout(String open, String close, List<String> parts, int indent) {
    String line = open + " " + String.join(", ", parts) + " " + close;
    if (indent + line.length() <= WIDTH && line.indexOf('\n') < 0) {
      return line;
    }
    String gap = "\n" + " ".repeat(indent);
    return open + " " + String.join(gap + ", ", parts) + gap + close;
  }
}
