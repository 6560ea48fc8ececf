package io.meshwatch.dhall;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Encodes a term in Dhall's binary form (standard/binary.md). The numbers at the front of the arrays are those of the standard. */
final class BinaryEncoder {
  static final int LABEL_APPLICATION = 0;
  static final int LABEL_LAMBDA = 1;
  static final int LABEL_PI = 2;
  static final int LABEL_OPERATOR = 3;
  static final int LABEL_LIST = 4;
  static final int LABEL_SOME = 5;
  static final int LABEL_MERGE = 6;
  static final int LABEL_RECORD_TYPE = 7;
  static final int LABEL_RECORD = 8;
  static final int LABEL_FIELD = 9;
  static final int LABEL_PROJECTION = 10;
  static final int LABEL_UNION = 11;
  static final int LABEL_IF = 14;
  static final int LABEL_NATURAL = 15;
  static final int LABEL_INTEGER = 16;
  static final int LABEL_TEXT = 18;
  static final int LABEL_ASSERT = 19;
  static final int LABEL_IMPORT = 24;
  static final int LABEL_LET = 25;
  static final int LABEL_ANNOTATION = 26;
  static final int LABEL_TO_MAP = 27;
  static final int LABEL_EMPTY_LIST = 28;
  static final int LABEL_WITH = 29;
  static final int LABEL_DATE = 30;
  static final int LABEL_TIME = 31;
  static final int LABEL_TIME_ZONE = 32;
  static final int LABEL_BYTES = 33;
  static final int LABEL_SHOW_CONSTRUCTOR = 34;

  static final int COMPLETION = 13;
  static final int SCHEME_HTTP = 0;
  static final int SCHEME_HTTPS = 1;
  static final int SCHEME_ABSOLUTE = 2;
  static final int SCHEME_HERE = 3;
  static final int SCHEME_PARENT = 4;
  static final int SCHEME_HOME = 5;
  static final int SCHEME_ENVIRONMENT = 6;
  static final int SCHEME_MISSING = 7;

  private final CborWriter out = new CborWriter();

  private BinaryEncoder() {}

  static byte[] encode(Term term) {
    BinaryEncoder encoder = new BinaryEncoder();
    encoder.term(term);
    return encoder.out.bytes();
  }

  private void term(Term term) {
    switch (term) {
      case Term.Variable variable -> variable(variable);
      case Term.Constant constant -> out.text(constant.builtin().text);
      case Term.BoolLiteral literal -> out.bool(literal.value());
      case Term.DoubleLiteral literal -> out.floatingPoint(literal.value());
      case Term.NaturalLiteral literal -> {
        labelled(LABEL_NATURAL, 1);
        out.integer(literal.value());
      }
      case Term.IntegerLiteral literal -> {
        labelled(LABEL_INTEGER, 1);
        out.integer(literal.value());
      }
      case Term.TextLiteral literal -> text(literal);
      case Term.BytesLiteral literal -> {
        labelled(LABEL_BYTES, 1);
        out.bytes(literal.value());
      }
      case Term.DateLiteral literal -> {
        labelled(LABEL_DATE, 3);
        out.integer(literal.value().getYear());
        out.integer(literal.value().getMonthValue());
        out.integer(literal.value().getDayOfMonth());
      }
      case Term.TimeLiteral literal -> time(literal);
      case Term.TimeZoneLiteral literal -> {
        labelled(LABEL_TIME_ZONE, 3);
        out.bool(!literal.negative());
        out.integer(literal.hours());
        out.integer(literal.minutes());
      }
      case Term.Application application -> application(application);
      case Term.Lambda lambda -> binder(LABEL_LAMBDA, lambda.name(), lambda.domain(), lambda.body());
      case Term.Pi pi -> binder(LABEL_PI, pi.name(), pi.domain(), pi.codomain());
      case Term.Binary binary -> operator(binary.operator().code, binary.left(), binary.right());
      case Term.Completion completion -> operator(COMPLETION, completion.schema(), completion.record());
      case Term.ListLiteral list -> {
        labelled(LABEL_LIST, 1 + list.items().size());
        out.nothing();
        list.items().forEach(this::term);
      }
      case Term.EmptyList list -> emptyList(list);
      case Term.Some some -> {
        labelled(LABEL_SOME, 2);
        out.nothing();
        term(some.value());
      }
      case Term.Merge merge -> terms(LABEL_MERGE, merge.handlers(), merge.union(), merge.annotation());
      case Term.ToMap map -> terms(LABEL_TO_MAP, map.record(), map.annotation(), null);
      case Term.ShowConstructor show -> terms(LABEL_SHOW_CONSTRUCTOR, show.value(), null, null);
      case Term.RecordType type -> fields(LABEL_RECORD_TYPE, type.fields());
      case Term.RecordLiteral literal -> fields(LABEL_RECORD, literal.fields());
      case Term.Union union -> union(union);
      case Term.Field field -> {
        labelled(LABEL_FIELD, 2);
        term(field.record());
        out.text(field.name());
      }
      case Term.Projection projection -> {
        labelled(LABEL_PROJECTION, 1 + projection.names().size());
        term(projection.record());
        projection.names().keySet().forEach(out::text);
      }
      case Term.ProjectionByType projection -> {
        labelled(LABEL_PROJECTION, 2);
        term(projection.record());
        out.array(1);
        term(projection.type());
      }
      case Term.If choice -> terms(LABEL_IF, choice.condition(), choice.yes(), choice.no());
      case Term.Assert assertion -> terms(LABEL_ASSERT, assertion.type(), null, null);
      case Term.Annotation annotation -> terms(LABEL_ANNOTATION, annotation.term(), annotation.type(), null);
      case Term.Let let -> let(let);
      case Term.With with -> with(with);
      case Term.Import imported -> imported(imported);
      case Term.Embedded embedded -> term(Quoter.quote(embedded.value()));
    }
  }

  private void labelled(int label, int more) {
    out.array(1 + more);
    out.integer(label);
  }

  private void terms(int label, Term one, @Nullable Term two, @Nullable Term three) {
    labelled(label, 1 + (two == null ? 0 : 1) + (three == null ? 0 : 1));
    term(one);
    if (two != null) {
      term(two);
    }
    if (three != null) {
      term(three);
    }
  }

  private void variable(Term.Variable variable) {
    if (!variable.name().equals("_")) {
      out.array(2);
      out.text(variable.name());
    }
    out.integer(variable.index());
  }

  private void text(Term.TextLiteral literal) {
    labelled(LABEL_TEXT, literal.pieces().size() + literal.terms().size());
    out.text(literal.pieces().getFirst());
    for (int i = 0; i < literal.terms().size(); i++) {
      term(literal.terms().get(i));
      out.text(literal.pieces().get(i + 1));
    }
  }

  private void time(Term.TimeLiteral literal) {
    labelled(LABEL_TIME, 3);
    out.integer(literal.hour());
    out.integer(literal.minute());
    BigDecimal second = literal.second();
    out.tag(CborWriter.TAG_DECIMAL);
    out.array(2);
    out.integer(-second.scale());
    out.integer(second.unscaledValue());
  }

  /** A chain of applications is one array. */
  private void application(Term.Application application) {
    List<Term> arguments = new ArrayList<>();
    Term function = application;
    while (function instanceof Term.Application inner) {
      arguments.add(inner.argument());
      function = inner.function();
    }
    labelled(LABEL_APPLICATION, 1 + arguments.size());
    term(function);
    arguments.reversed().forEach(this::term);
  }

  private void binder(int label, String name, Term domain, Term body) {
    boolean named = !name.equals("_");
    labelled(label, named ? 3 : 2);
    if (named) {
      out.text(name);
    }
    term(domain);
    term(body);
  }

  private void operator(int code, Term left, Term right) {
    labelled(LABEL_OPERATOR, 3);
    out.integer(code);
    term(left);
    term(right);
  }

  private void emptyList(Term.EmptyList list) {
    boolean plain = list.type() instanceof Term.Application application
        && application.function() instanceof Term.Constant constant && constant.builtin() == Builtin.LIST;
    terms(plain ? LABEL_LIST : LABEL_EMPTY_LIST, plain ? ((Term.Application) list.type()).argument() : list.type(), null, null);
  }

  private void fields(int label, Map<String, Term.Entry> fields) {
    labelled(label, 1);
    out.map(fields.size());
    new TreeMap<>(fields).forEach((name, entry) -> {
      out.text(name);
      term(entry.value());
    });
  }

  private void union(Term.Union union) {
    labelled(LABEL_UNION, 1);
    out.map(union.alternatives().size());
    new TreeMap<>(union.alternatives()).forEach((name, alternative) -> {
      out.text(name);
      orNothing(alternative.type());
    });
  }

  private void orNothing(@Nullable Term term) {
    if (term == null) {
      out.nothing();
    } else {
      term(term);
    }
  }

  /** A chain of lets is one array. */
  private void let(Term.Let let) {
    List<Term.Let> bindings = new ArrayList<>();
    Term body = let;
    while (body instanceof Term.Let inner) {
      bindings.add(inner);
      body = inner.body();
    }
    labelled(LABEL_LET, 3 * bindings.size() + 1);
    for (Term.Let binding : bindings) {
      out.text(binding.name());
      orNothing(binding.annotation());
      term(binding.value());
    }
    term(body);
  }

  private void with(Term.With with) {
    labelled(LABEL_WITH, 3);
    term(with.record());
    out.array(with.path().size());
    for (Term.Step step : with.path()) {
      if (step.optional()) {
        out.integer(0);
      } else {
        out.text(step.name());
      }
    }
    term(with.value());
  }

  private void imported(Term.Import imported) {
    ImportTarget target = imported.target();
    labelled(LABEL_IMPORT, 3 + size(target));
    if (imported.hash() == null) {
      out.nothing();
    } else {
      out.bytes(multihash(imported.hash()));
    }
    out.integer(imported.mode().code);
    switch (target) {
      case ImportTarget.Missing missing -> out.integer(SCHEME_MISSING);
      case ImportTarget.EnvironmentVariable variable -> {
        out.integer(SCHEME_ENVIRONMENT);
        out.text(variable.name());
      }
      case ImportTarget.Local local -> {
        out.integer(local.anchor().scheme);
        local.components().forEach(out::text);
      }
      case ImportTarget.Remote url -> {
        out.integer(url.secure() ? SCHEME_HTTPS : SCHEME_HTTP);
        orNothing(url.headers());
        out.text(url.authority());
        url.components().forEach(out::text);
        url.query().ifPresentOrElse(out::text, out::nothing);
      }
    }
  }

  private static int size(ImportTarget target) {
    return switch (target) {
      case ImportTarget.Missing missing -> 0;
      case ImportTarget.EnvironmentVariable variable -> 1;
      case ImportTarget.Local local -> local.components().size();
      case ImportTarget.Remote url -> 3 + url.components().size();
    };
  }

  /** SHA-256 with the two bytes that say so. */
  private static byte[] multihash(byte[] hash) {
    byte[] all = new byte[hash.length + 2];
    all[0] = 0x12;
    all[1] = 0x20;
    System.arraycopy(hash, 0, all, 2, hash.length);
    return all;
  }
}
