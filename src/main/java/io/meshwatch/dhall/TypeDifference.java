package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Says in words how two types differ: of records and unions only the fields that differ. */
final class TypeDifference {
  private static final int LINES_MAX = 8;

  private final Equivalence equivalence;
  private final List<String> binders;
  private final List<String> lines = new ArrayList<>();

  private TypeDifference(Equivalence equivalence, List<String> binders) {
    this.equivalence = equivalence;
    this.binders = binders;
  }

  /** {@code expected A, got B}, or the differing fields in lines. */
  static String describe(Equivalence equivalence, List<String> binders, Value expected, Value got) {
    TypeDifference difference = new TypeDifference(equivalence, binders);
    if (!difference.isComposite(expected, got)) {
      return "expected " + Printer.brief(expected, binders) + ", got " + Printer.brief(got, binders);
    }
    difference.compare("", expected, got);
    List<String> lines = difference.lines;
    if (lines.size() == 1) {
      return lines.getFirst();
    }
    String more = lines.size() > LINES_MAX ? "\n  and " + (lines.size() - LINES_MAX) + " more differences" : "";
    return "the types differ in these places:\n  " + String.join("\n  ", lines.subList(0, Math.min(LINES_MAX, lines.size()))) + more;
  }

  private boolean isComposite(Value expected, Value got) {
    return (expected instanceof Value.RecordType && got instanceof Value.RecordType)
        || (expected instanceof Value.Union && got instanceof Value.Union)
        || sameContainer(expected, got);
  }

  private boolean sameContainer(Value expected, Value got) {
    return expected instanceof Value.Constant one && got instanceof Value.Constant two && one.builtin() == two.builtin()
        && one.arguments().size() == 1 && two.arguments().size() == 1
        && isComposite(one.arguments().getFirst(), two.arguments().getFirst());
  }

  private void compare(String path, Value expected, Value got) {
    if (equivalence.same(expected, got)) {
      return;
    }
    if (expected instanceof Value.RecordType one && got instanceof Value.RecordType two) {
      fields(path, one.fields(), two.fields(), "field");
    } else if (expected instanceof Value.Union one && got instanceof Value.Union two) {
      fields(path, one.alternatives(), two.alternatives(), "alternative");
    } else if (sameContainer(expected, got) && expected instanceof Value.Constant one && got instanceof Value.Constant two) {
      compare(path, one.arguments().getFirst(), two.arguments().getFirst());
    } else {
      lines.add("`" + path + "`: expected " + brief(expected) + ", got " + brief(got));
    }
  }

  private void fields(String path, Map<String, Value> expected, Map<String, Value> got, String word) {
    expected.forEach((name, type) -> {
      Value other = got.get(name);
      String inner = path.isEmpty() ? name : path + "." + name;
      if (other == null) {
        lines.add("the " + word + " `" + inner + "` is missing" + (type instanceof Value.NoPayload ? "" : ": expected " + brief(type)));
      } else if (type instanceof Value.NoPayload || other instanceof Value.NoPayload) {
        if (!(type instanceof Value.NoPayload && other instanceof Value.NoPayload)) {
          lines.add("`" + inner + "`: expected " + payload(type) + ", got " + payload(other));
        }
      } else {
        compare(inner, type, other);
      }
    });
    got.keySet().stream().filter(name -> !expected.containsKey(name)).forEach(name ->
        lines.add("the " + word + " `" + (path.isEmpty() ? name : path + "." + name) + "` is not expected" + Nearest.hint(name, expected.keySet())));
  }

  private String payload(Value type) {
    return type instanceof Value.NoPayload ? "no payload" : brief(type);
  }

  private String brief(Value type) {
    return Printer.brief(type, binders);
  }
}
