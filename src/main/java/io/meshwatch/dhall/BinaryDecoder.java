package io.meshwatch.dhall;

import io.meshwatch.dhall.CborReader.Item;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decodes Dhall's binary form (standard/binary.md). */
final class BinaryDecoder {
  /** The bytes are no Dhall expression. */
  static final class MalformedException extends RuntimeException {
    MalformedException(String message) {
      super("this binary expression " + message);
    }
  }

  private static final int MULTIHASH_SIZE = 34;
  private static final Place NOWHERE = Place.NOWHERE;

  private BinaryDecoder() {}

  static Term decode(byte[] bytes) {
    CborReader reader = new CborReader(bytes);
    Item item = reader.item();
    if (!reader.atEnd()) {
      throw new MalformedException("has something after its end");
    }
    return term(item);
  }

  private static Term term(Item item) {
    return switch (item) {
      case Item.WholeNumber number -> new Term.Variable(NOWHERE, "_", index(number));
      case Item.FloatingPoint number -> new Term.DoubleLiteral(NOWHERE, number.value());
      case Item.Bool bool -> new Term.BoolLiteral(NOWHERE, bool.value());
      case Item.Text text -> new Term.Constant(NOWHERE,
          Builtin.named(text.value()).orElseThrow(() -> new MalformedException("names a built-in that does not exist: " + text.value())));
      case Item.Array array -> array(array.items());
      case Item.Nothing nothing -> throw new MalformedException("has null where an expression is expected");
      case Item.Bytes bytes -> throw new MalformedException("has bytes where an expression is expected");
      case Item.Mapping mapping -> throw new MalformedException("has a map where an expression is expected");
      case Item.Decimal decimal -> throw new MalformedException("has a decimal number where an expression is expected");
    };
  }

  private static int index(Item item) {
    BigInteger value = number(item);
    if (value.signum() < 0) {
      throw new MalformedException("has a negative index");
    }
    return value.bitLength() < Integer.SIZE ? value.intValue() : Integer.MAX_VALUE;
  }

  private static BigInteger number(Item item) {
    if (item instanceof Item.WholeNumber number) {
      return number.value();
    }
    throw new MalformedException("lacks a number");
  }

  private static int smallNumber(Item item) {
    BigInteger number = number(item);
    return number.bitLength() < Integer.SIZE ? number.intValue() : -1;
  }

  private static String text(Item item) {
    if (item instanceof Item.Text text) {
      return text.value();
    }
    throw new MalformedException("lacks a text");
  }

  private static Term array(List<Item> items) {
    if (items.isEmpty()) {
      throw new MalformedException("has an empty array");
    }
    if (items.getFirst() instanceof Item.Text name) {
      if (items.size() != 2 || name.value().equals("_")) {
        throw new MalformedException("has a malformed variable");
      }
      return new Term.Variable(NOWHERE, name.value(), index(items.get(1)));
    }
    return labelled(smallNumber(items.getFirst()), items.subList(1, items.size()));
  }

  private static void need(boolean wellFormed, String what) {
    if (!wellFormed) {
      throw new MalformedException("has a malformed " + what);
    }
  }

  private static Term labelled(int label, List<Item> parts) {
    int size = parts.size();
    return switch (label) {
      case BinaryEncoder.LABEL_APPLICATION -> {
        need(size >= 2, "application");
        Term function = term(parts.getFirst());
        for (Item argument : parts.subList(1, size)) {
          function = new Term.Application(NOWHERE, function, term(argument));
        }
        yield function;
      }
      case BinaryEncoder.LABEL_LAMBDA -> {
        need(size == 2 || size == 3, "function");
        yield new Term.Lambda(NOWHERE, binderName(parts), term(parts.get(size - 2)), term(parts.get(size - 1)));
      }
      case BinaryEncoder.LABEL_PI -> {
        need(size == 2 || size == 3, "function type");
        yield new Term.Pi(NOWHERE, binderName(parts), term(parts.get(size - 2)), term(parts.get(size - 1)));
      }
      case BinaryEncoder.LABEL_OPERATOR -> {
        need(size == 3, "operator");
        yield operator(smallNumber(parts.get(0)), term(parts.get(1)), term(parts.get(2)));
      }
      case BinaryEncoder.LABEL_LIST -> {
        need(size >= 1, "list");
        yield list(parts);
      }
      case BinaryEncoder.LABEL_EMPTY_LIST -> {
        need(size == 1, "empty list");
        yield new Term.EmptyList(NOWHERE, term(parts.getFirst()));
      }
      case BinaryEncoder.LABEL_SOME -> {
        need(size == 2 && parts.getFirst() instanceof Item.Nothing, "Some");
        yield new Term.Some(NOWHERE, term(parts.get(1)));
      }
      case BinaryEncoder.LABEL_MERGE -> {
        need(size == 2 || size == 3, "merge");
        yield new Term.Merge(NOWHERE, term(parts.get(0)), term(parts.get(1)), size == 3 ? term(parts.get(2)) : null);
      }
      case BinaryEncoder.LABEL_TO_MAP -> {
        need(size == 1 || size == 2, "toMap");
        yield new Term.ToMap(NOWHERE, term(parts.get(0)), size == 2 ? term(parts.get(1)) : null);
      }
      case BinaryEncoder.LABEL_SHOW_CONSTRUCTOR -> {
        need(size == 1, "showConstructor");
        yield new Term.ShowConstructor(NOWHERE, term(parts.getFirst()));
      }
      case BinaryEncoder.LABEL_RECORD_TYPE -> {
        yield new Term.RecordType(NOWHERE, fields(parts));
      }
      case BinaryEncoder.LABEL_RECORD -> {
        yield new Term.RecordLiteral(NOWHERE, fields(parts));
      }
      case BinaryEncoder.LABEL_UNION -> {
        yield union(parts);
      }
      case BinaryEncoder.LABEL_FIELD -> {
        need(size == 2, "field");
        yield new Term.Field(NOWHERE, term(parts.get(0)), text(parts.get(1)), NOWHERE);
      }
      case BinaryEncoder.LABEL_PROJECTION -> {
        need(size >= 1, "projection");
        yield projection(parts);
      }
      case BinaryEncoder.LABEL_IF -> {
        need(size == 3, "if");
        yield new Term.If(NOWHERE, term(parts.get(0)), term(parts.get(1)), term(parts.get(2)));
      }
      case BinaryEncoder.LABEL_NATURAL -> {
        need(size == 1 && number(parts.getFirst()).signum() >= 0, "Natural");
        yield new Term.NaturalLiteral(NOWHERE, number(parts.getFirst()));
      }
      case BinaryEncoder.LABEL_INTEGER -> {
        need(size == 1, "Integer");
        yield new Term.IntegerLiteral(NOWHERE, number(parts.getFirst()));
      }
      case BinaryEncoder.LABEL_TEXT -> {
        need(size % 2 == 1, "text");
        yield textLiteral(parts);
      }
      case BinaryEncoder.LABEL_BYTES -> {
        need(size == 1 && parts.getFirst() instanceof Item.Bytes, "bytes");
        yield new Term.BytesLiteral(NOWHERE, ((Item.Bytes) parts.getFirst()).value());
      }
      case BinaryEncoder.LABEL_ASSERT -> {
        need(size == 1, "assert");
        yield new Term.Assert(NOWHERE, term(parts.getFirst()));
      }
      case BinaryEncoder.LABEL_ANNOTATION -> {
        need(size == 2, "annotation");
        yield new Term.Annotation(NOWHERE, term(parts.get(0)), term(parts.get(1)));
      }
      case BinaryEncoder.LABEL_LET -> {
        need(size >= 4 && size % 3 == 1, "let");
        yield let(parts);
      }
      case BinaryEncoder.LABEL_WITH -> {
        need(size == 3 && parts.get(1) instanceof Item.Array, "with");
        yield new Term.With(NOWHERE, term(parts.get(0)), path((Item.Array) parts.get(1)), term(parts.get(2)));
      }
      case BinaryEncoder.LABEL_DATE, BinaryEncoder.LABEL_TIME, BinaryEncoder.LABEL_TIME_ZONE -> {
        need(size == 3, "date or time");
        yield temporal(label, parts);
      }
      case BinaryEncoder.LABEL_IMPORT -> {
        need(size >= 3, "import");
        yield imported(parts);
      }
      default -> throw new MalformedException("has the unknown label " + label);
    };
  }

  private static String binderName(List<Item> parts) {
    String name = parts.size() == 3 ? text(parts.getFirst()) : "_";
    need(parts.size() == 2 || !name.equals("_"), "function");
    return name;
  }

  private static Term operator(int code, Term left, Term right) {
    if (code == BinaryEncoder.COMPLETION) {
      return new Term.Completion(NOWHERE, left, right);
    }
    Operator operator =
        Arrays.stream(Operator.values()).filter(candidate -> candidate.code == code).findFirst()
            .orElseThrow(() -> new MalformedException("has the unknown operator " + code));
    return new Term.Binary(NOWHERE, operator, left, right);
  }

  private static Term list(List<Item> parts) {
    if (!(parts.getFirst() instanceof Item.Nothing)) {
      need(parts.size() == 1, "list");
      Term type = new Term.Application(NOWHERE, new Term.Constant(NOWHERE, Builtin.LIST), term(parts.getFirst()));
      return new Term.EmptyList(NOWHERE, type);
    }
    need(parts.size() > 1, "list");
    return new Term.ListLiteral(NOWHERE, parts.subList(1, parts.size()).stream().map(BinaryDecoder::term).toList());
  }

  private static Map<String, Item> mapping(List<Item> parts, String what) {
    need(parts.size() == 1 && parts.getFirst() instanceof Item.Mapping, what);
    return ((Item.Mapping) parts.getFirst()).entries();
  }

  private static Map<String, Term.Entry> fields(List<Item> parts) {
    Map<String, Term.Entry> fields = new LinkedHashMap<>();
    mapping(parts, "record").forEach((name, item) -> fields.put(name, new Term.Entry(NOWHERE, term(item))));
    return fields;
  }

  private static Term union(List<Item> parts) {
    Map<String, Term.Alternative> alternatives = new LinkedHashMap<>();
    mapping(parts, "union").forEach((name, item) -> alternatives.put(name, new Term.Alternative(NOWHERE, orNothing(item))));
    return new Term.Union(NOWHERE, alternatives);
  }

  private static @Nullable Term orNothing(Item item) {
    return item instanceof Item.Nothing ? null : term(item);
  }

  private static Term projection(List<Item> parts) {
    Term record = term(parts.getFirst());
    if (parts.size() == 2 && parts.get(1) instanceof Item.Array array) {
      need(array.items().size() == 1, "projection");
      return new Term.ProjectionByType(NOWHERE, record, term(array.items().getFirst()));
    }
    Map<String, Place> names = new LinkedHashMap<>();
    parts.subList(1, parts.size()).forEach(part -> names.put(text(part), NOWHERE));
    return new Term.Projection(NOWHERE, record, names);
  }

  private static Term textLiteral(List<Item> parts) {
    List<String> pieces = new ArrayList<>();
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (i % 2 == 0) {
        pieces.add(text(parts.get(i)));
      } else {
        terms.add(term(parts.get(i)));
      }
    }
    return new Term.TextLiteral(NOWHERE, pieces, terms);
  }

  private static Term let(List<Item> parts) {
    Term body = term(parts.getLast());
    for (int i = parts.size() - 4; i >= 0; i -= 3) {
      body = new Term.Let(NOWHERE, text(parts.get(i)), orNothing(parts.get(i + 1)), term(parts.get(i + 2)), body);
    }
    return body;
  }

  private static List<Term.Step> path(Item.Array path) {
    return path.items().stream().map(item -> item instanceof Item.Text text
        ? new Term.Step(NOWHERE, text.value(), false)
        : new Term.Step(NOWHERE, "?", smallNumber(item) == 0)).toList();
  }

  private static Term temporal(int label, List<Item> parts) {
    if (label == BinaryEncoder.LABEL_TIME_ZONE) {
      need(parts.getFirst() instanceof Item.Bool, "time zone");
      boolean negative = !((Item.Bool) parts.getFirst()).value();
      return new Term.TimeZoneLiteral(NOWHERE, negative, smallNumber(parts.get(1)), smallNumber(parts.get(2)));
    }
    if (label == BinaryEncoder.LABEL_TIME) {
      need(parts.get(2) instanceof Item.Decimal, "time");
      return new Term.TimeLiteral(NOWHERE, smallNumber(parts.get(0)), smallNumber(parts.get(1)), ((Item.Decimal) parts.get(2)).value());
    }
    try {
      return new Term.DateLiteral(NOWHERE, LocalDate.of(smallNumber(parts.get(0)), smallNumber(parts.get(1)), smallNumber(parts.get(2))));
    } catch (DateTimeException e) {
      throw new MalformedException("has a date that does not exist");
    }
  }

  private static Term imported(List<Item> parts) {
    byte[] hash = null;
    if (parts.getFirst() instanceof Item.Bytes bytes) {
      need(bytes.value().length == MULTIHASH_SIZE && bytes.value()[0] == 0x12 && bytes.value()[1] == 0x20, "hash");
      hash = Arrays.copyOfRange(bytes.value(), 2, MULTIHASH_SIZE);
    }
    int code = smallNumber(parts.get(1));
    ImportMode mode =
        Arrays.stream(ImportMode.values()).filter(candidate -> candidate.code == code).findFirst()
            .orElseThrow(() -> new MalformedException("has the unknown import mode " + code));
    return new Term.Import(NOWHERE, target(smallNumber(parts.get(2)), parts.subList(3, parts.size())), mode, hash);
  }

  private static ImportTarget target(int scheme, List<Item> parts) {
    return switch (scheme) {
      case BinaryEncoder.SCHEME_MISSING -> {
        yield new ImportTarget.Missing();
      }
      case BinaryEncoder.SCHEME_ENVIRONMENT -> {
        need(parts.size() == 1, "import");
        yield new ImportTarget.EnvironmentVariable(text(parts.getFirst()));
      }
      case BinaryEncoder.SCHEME_ABSOLUTE, BinaryEncoder.SCHEME_HERE, BinaryEncoder.SCHEME_PARENT, BinaryEncoder.SCHEME_HOME -> {
        need(!parts.isEmpty(), "import");
        yield new ImportTarget.Local(anchor(scheme), parts.stream().map(BinaryDecoder::text).toList());
      }
      case BinaryEncoder.SCHEME_HTTP, BinaryEncoder.SCHEME_HTTPS -> {
        need(parts.size() >= 3, "import");
        Item query = parts.getLast();
        yield new ImportTarget.Remote(scheme == BinaryEncoder.SCHEME_HTTPS, text(parts.get(1)),
            parts.subList(2, parts.size() - 1).stream().map(BinaryDecoder::text).toList(),
            query instanceof Item.Nothing ? Optional.empty() : Optional.of(text(query)), orNothing(parts.getFirst()));
      }
      default -> throw new MalformedException("has the unknown import scheme " + scheme);
    };
  }

  private static ImportTarget.Anchor anchor(int scheme) {
    return Arrays.stream(ImportTarget.Anchor.values()).filter(anchor -> anchor.scheme == scheme).findFirst().orElseThrow();
  }
}
