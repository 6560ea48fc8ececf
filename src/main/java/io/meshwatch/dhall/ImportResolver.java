package io.meshwatch.dhall;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Replaces imports by what they import: parsed, resolved, checked and normalised, each file once. An import that cannot be had becomes
 * an unknown value and a problem, so that the rest of the file is still checked. Confined to one load.
 */
final class ImportResolver {
  /** Bytes of an imported file. */
  static final int FILE_BYTES_MAX = 16 << 20;

  /** Different imports of one load. */
  static final int IMPORTS_MAX = 5_000;

  /** Files that import each other, one in the other. */
  static final int CHAIN_MAX = 60;

  private static final String LOCATION = "< Environment : Text | Local : Text | Missing | Remote : Text >";

  private final Disk disk;
  private final Function<String, Optional<String>> environment;
  private final Path home;
  private final Optional<Path> cache;
  private final RemoteImports remote;
  private final Evaluator evaluator;
  private final TypeChecker checker;
  private final Map<String, Term.Embedded> done = new HashMap<>();
  private final List<ImportTarget> chain = new ArrayList<>();
  private final Map<String, String> environmentTexts = new TreeMap<>();
  private int alternatives;

  ImportResolver(DhallLoader.Surroundings surroundings, Evaluator evaluator, TypeChecker checker) {
    this.disk = surroundings.disk();
    this.environment = surroundings.environment();
    this.home = surroundings.home();
    this.cache = surroundings.cache();
    this.evaluator = evaluator;
    this.checker = checker;
    this.remote = new RemoteImports(surroundings.remote(), this);
  }

  /** Values of the environment variables that were read, by name: they must not appear in messages. */
  Map<String, String> environmentTexts() {
    return environmentTexts;
  }

  /** Reads a file that no import named: the one to load. */
  Source source(Path file) {
    try {
      return new Source(file.toString(), text(read(file), file.toString()));
    } catch (IOException e) {
      throw new ProblemsException(Problem.error(file.toString(), 0, 0, "cannot read this file: " + e.getMessage()));
    }
  }

  /** Resolves all imports of a term that stands in {@code parent}. */
  Term resolve(Term term, ImportTarget parent) {
    if (!Subterms.any(term, part -> part instanceof Term.Import)) {
      return term;
    }
    chain.add(parent);
    try {
      return resolved(term);
    } finally {
      chain.removeLast();
    }
  }

  private Term resolved(Term term) {
    return switch (term) {
      case Term.Import imported -> imported(imported);
      case Term.Binary binary when binary.operator() == Operator.ALTERNATIVE -> alternative(binary);
      default -> Subterms.map(term, this::resolved);
    };
  }

  private Term alternative(Term.Binary binary) {
    alternatives++;
    try {
      return resolved(binary.left());
    } catch (ImportFailure failure) {
      // The other side is asked for below; its own failure is the one to report.
    } finally {
      alternatives--;
    }
    return resolved(binary.right());
  }

  private Term imported(Term.Import imported) {
    try {
      return had(imported);
    } catch (ImportFailure failure) {
      if (alternatives > 0) {
        throw failure;
      }
      checker.problem(failure.problem());
    } catch (ProblemsException mistakes) {
      mistakes.problems().forEach(checker::problem);
    }
    return new Term.Embedded(imported.place(), Value.Unknown.HERE, Value.Unknown.HERE);
  }

  private Term had(Term.Import imported) {
    ImportTarget target = chain.getLast().chain(imported.target());
    if (imported.mode() == ImportMode.LOCATION) {
      return location(imported.place(), target);
    }
    Term.Embedded cached = fromCache(imported);
    if (cached != null) {
      return cached;
    }
    remote.needSane(chain.getLast(), target, imported.place());
    // The hash belongs to the key: the same file may be right for one hash and wrong for another.
    String key = target + " as " + imported.mode() + (imported.hash() == null ? "" : HexFormat.of().formatHex(imported.hash()));
    Term.Embedded known = done.get(key);
    if (known == null) {
      if (done.size() >= IMPORTS_MAX) {
        throw new ProblemsException(imported.place().error("too many imports: expected at most " + IMPORTS_MAX));
      }
      known = fetched(imported, target);
      done.put(key, known);
    }
    return new Term.Embedded(imported.place(), known.value(), known.type());
  }

  private Term.Embedded fetched(Term.Import imported, ImportTarget target) {
    Place place = imported.place();
    if (imported.mode() == ImportMode.CODE) {
      needNoCycle(place, target);
    }
    byte[] bytes = bytes(place, target);
    Term.Embedded result =
        switch (imported.mode()) {
          case TEXT -> new Term.Embedded(place, Value.TextLiteral.of(place, text(bytes, target.toString())), Value.constant(Builtin.TEXT));
          case BYTES -> new Term.Embedded(place, new Value.BytesLiteral(place, bytes), Value.constant(Builtin.BYTES));
          case CODE, LOCATION -> code(place, target, new Source(name(target), text(bytes, target.toString())));
        };
    needHash(imported, result);
    return result;
  }

  private void needNoCycle(Place place, ImportTarget target) {
    int start = chain.indexOf(target);
    if (start >= 0) {
      List<String> names = new ArrayList<>(chain.subList(start, chain.size()).stream().map(ImportResolver::name).toList());
      names.add(name(target));
      throw new ProblemsException(place.error("these files import each other in a circle: " + String.join(" → ", names)));
    }
    if (chain.size() > CHAIN_MAX) {
      throw new ProblemsException(place.error("imports are nested too deeply: expected at most " + CHAIN_MAX + " files in files"));
    }
  }

  /** Parses, resolves, checks and normalises a file. */
  private Term.Embedded code(Place place, ImportTarget target, Source source) {
    Term term = resolve(Parser.parse(source), target);
    int before = checker.found();
    Value type = checker.infer(Context.EMPTY, term);
    boolean sound = checker.found() == before && !Subterms.any(term, ImportResolver::isUnknown);
    return new Term.Embedded(place, sound ? evaluator.evaluate(term, null) : Value.Unknown.HERE, sound ? type : Value.Unknown.HERE);
  }

  static boolean isUnknown(Term term) {
    return term instanceof Term.Embedded embedded && embedded.value() instanceof Value.Unknown;
  }

  private void needHash(Term.Import imported, Term.Embedded result) {
    byte[] expected = imported.hash();
    if (expected == null || result.value() instanceof Value.Unknown) {
      return;
    }
    byte[] got = SemanticHash.of(result.value());
    if (!Arrays.equals(expected, got)) {
      throw new ProblemsException(imported.place().error("the imported expression is not the one that was meant: expected sha256:"
          + HexFormat.of().formatHex(expected) + ", got sha256:" + HexFormat.of().formatHex(got)));
    }
  }

  private Term.@Nullable Embedded fromCache(Term.Import imported) {
    if (cache.isEmpty() || imported.hash() == null || imported.mode() != ImportMode.CODE) {
      return null;
    }
    Path file = cache.get().resolve("1220" + HexFormat.of().formatHex(imported.hash()));
    if (!disk.exists(file)) {
      return null;
    }
    try {
      byte[] bytes = read(file);
      if (!Arrays.equals(SemanticHash.sha256(bytes), imported.hash())) {
        return null;
      }
      Term term = BinaryDecoder.decode(bytes);
      int before = checker.found();
      Value type = checker.infer(Context.EMPTY, term);
      return checker.found() == before ? new Term.Embedded(imported.place(), evaluator.evaluate(term, null), type) : null;
    } catch (IOException | BinaryDecoder.MalformedException e) {
      // The cache only saves work: what cannot be read there is fetched again.
      return null;
    }
  }

  private static Term location(Place place, ImportTarget target) {
    Value union = new Evaluator().evaluate(Parser.parse(new Source("Location", LOCATION)), null);
    if (!(union instanceof Value.Union locations)) {
      throw new IllegalStateException("no union: " + LOCATION);
    }
    Value value =
        switch (target) {
          case ImportTarget.Missing missing -> new Value.Constructor(place, locations, "Missing");
          case ImportTarget.EnvironmentVariable variable -> injection(place, locations, "Environment", variable.name());
          case ImportTarget.Local local -> injection(place, locations, "Local", local.toString());
          case ImportTarget.Remote url -> injection(place, locations, "Remote", url.url());
        };
    return new Term.Embedded(place, value, locations);
  }

  private static Value injection(Place place, Value.Union union, String name, String text) {
    return new Value.Injection(place, union, name, Value.TextLiteral.of(place, text));
  }

  private byte[] bytes(Place place, ImportTarget target) {
    return switch (target) {
      case ImportTarget.Missing missing -> throw new ImportFailure(place.error("`missing` stands for an import that always fails"));
      case ImportTarget.EnvironmentVariable variable -> variable(place, variable.name());
      case ImportTarget.Local local -> file(place, local);
      case ImportTarget.Remote url -> remote.fetch(place, chain.getLast(), url);
    };
  }

  private byte[] variable(Place place, String name) {
    String value =
        environment.apply(name).orElseThrow(() -> new ImportFailure(place.error("the environment variable `" + name + "` is not set")));
    environmentTexts.put(name, value);
    return value.getBytes(StandardCharsets.UTF_8);
  }

  private byte[] file(Place place, ImportTarget.Local local) {
    try {
      Path path = path(local);
      if (!disk.exists(path) || disk.isDirectory(path)) {
        throw new ImportFailure(place.error("there is no file " + path + hint(path)));
      }
      return read(path);
    } catch (InvalidPathException | IOException e) {
      throw new ImportFailure(place.error("cannot read " + name(local) + ": " + e.getMessage()));
    }
  }

  /** The nearest name in the same directory. */
  private String hint(Path path) throws IOException {
    Path directory = path.getParent() == null ? Path.of(".") : path.getParent();
    String hint = Nearest.hint(String.valueOf(path.getFileName()), disk.isDirectory(directory) ? disk.list(directory) : List.of());
    return hint.startsWith("; did") ? hint : "";
  }

  private Path path(ImportTarget.Local local) {
    String joined = String.join("/", local.components());
    return switch (local.anchor()) {
      case ABSOLUTE -> Path.of("/" + joined);
      case HERE -> Path.of(joined);
      case PARENT -> Path.of("../" + joined);
      case HOME -> home.resolve(joined);
    };
  }

  /** How a file is named in messages: without the leading dot. */
  private static String name(ImportTarget target) {
    return target instanceof ImportTarget.Local local && local.anchor() == ImportTarget.Anchor.HERE
        ? String.join("/", local.components())
        : target.toString();
  }

  private byte[] read(Path path) throws IOException {
    long size = disk.size(path);
    if (size > FILE_BYTES_MAX) {
      throw new IOException("the file is too large: expected at most " + FILE_BYTES_MAX + " bytes, got " + size);
    }
    return disk.readAll(path);
  }

  private static String text(byte[] bytes, String name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ProblemsException(Problem.error(name, 0, 0, "this is no text: expected UTF-8"));
    }
  }

  /** The value and type of a closed expression that an import carries, such as request headers. */
  Term.Embedded closed(Term term) {
    Term resolved = resolved(term);
    int before = checker.found();
    Value type = checker.infer(Context.EMPTY, resolved);
    boolean sound = checker.found() == before && !Subterms.any(resolved, ImportResolver::isUnknown);
    return new Term.Embedded(term.place(), sound ? evaluator.evaluate(resolved, null) : Value.Unknown.HERE, type);
  }
}
