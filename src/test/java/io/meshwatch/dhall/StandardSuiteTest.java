package io.meshwatch.dhall;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The language's own acceptance tests: `tests/AREA/{success,failure}`, A is the input, B what is expected. */
class StandardSuiteTest {
  private static final String REPOSITORY = "./dhall-lang";

  /** These import files that the copy on disk does not have. */
  private static final Set<String> INCOMPLETE = Set.of("Chain1A.dhall", "Chain2A.dhall");

  private final Path root = Shared.folder("corpora/dhall");

  @FunctionalInterface
  private interface Case {
    void run(Path input) throws IOException;
  }

  private static final class Mismatch extends RuntimeException {
    Mismatch(String message) {
      super(message);
    }
  }

  @Test
  void parsesWhatIsValid() throws IOException {
    run("parser/success", "A.dhall", input -> {
      byte[] got = BinaryEncoder.encode(parse(input));
      needEqual(bytes(other(input, "B.dhallb")), got);
    });
  }

  @Test
  void rejectsWhatIsNotValid() throws IOException {
    run("parser/failure", ".dhall", input -> needFailure(() -> parse(input)));
  }

  @Test
  void normalizes() throws IOException {
    run("normalization/success", "A.dhall", input -> {
      Evaluator evaluator = new Evaluator();
      Term got = Quoter.quote(evaluator.evaluate(resolved(input), null));
      needEqual(BinaryEncoder.encode(resolved(other(input, "B.dhall"))), BinaryEncoder.encode(got));
    });
  }

  @Test
  void infersTypes() throws IOException {
    run("type-inference/success", "A.dhall", input -> {
      Session session = new Session();
      Value type = session.checker.infer(Context.EMPTY, session.resolved(input));
      session.needSound();
      needEqual(BinaryEncoder.encode(resolved(other(input, "B.dhall"))), BinaryEncoder.encode(Quoter.quote(type)));
    });
  }

  @Test
  void rejectsWhatIsIllTyped() throws IOException {
    run("type-inference/failure", ".dhall", input -> needFailure(() -> {
      Session session = new Session();
      session.checker.infer(Context.EMPTY, session.resolved(input));
      session.needSound();
    }));
  }

  @Test
  void renamesBoundVariables() throws IOException {
    run("alpha-normalization/success", "A.dhall", input -> {
      Term got = AlphaNormalizer.normalize(parse(input));
      needEqual(BinaryEncoder.encode(parse(other(input, "B.dhall"))), BinaryEncoder.encode(got));
    });
  }

  @Test
  void hashes() throws IOException {
    run("semantic-hash/success", "A.dhall", input -> {
      Value value = new Evaluator().evaluate(resolved(input), null);
      String got = "sha256:" + HexFormat.of().formatHex(SemanticHash.of(value));
      if (!got.equals(Files.readString(other(input, "B.hash")).strip())) {
        throw new Mismatch("got " + got);
      }
    });
  }

  @Test
  void decodes() throws IOException {
    run("binary-decode/success", "A.dhallb", input -> {
      Term got = BinaryDecoder.decode(bytes(input));
      needEqual(BinaryEncoder.encode(parse(other(input, "B.dhall"))), BinaryEncoder.encode(got));
    });
  }

  @Test
  void rejectsMalformedBinary() throws IOException {
    run("binary-decode/failure", ".dhallb", input -> needFailure(() -> BinaryDecoder.decode(bytes(input))));
  }

  @Test
  void imports() throws IOException {
    run("import/success", "A.dhall", input -> {
      Session session = new Session(input);
      Term got = session.resolved(input);
      session.needSound();
      Session other = new Session(input);
      needEqual(normalized(other.resolved(other(input, "B.dhall"))), normalized(got));
    });
  }

  @Test
  void rejectsWhatCannotBeImported() throws IOException {
    run("import/failure", ".dhall", input -> needFailure(() -> {
      Session session = new Session(input);
      Term term = session.resolved(input);
      session.needSound();
      session.checker.infer(Context.EMPTY, term);
      session.needSound();
    }));
  }

  private static byte[] normalized(Term term) {
    return BinaryEncoder.encode(Quoter.quote(new Evaluator().evaluate(term, null)));
  }

  private final class Session {
    final Evaluator evaluator = new Evaluator();
    final TypeChecker checker = new TypeChecker(evaluator);
    final ImportResolver resolver;

    Session() {
      this(Path.of("none"), Optional.empty());
    }

    Session(Path input) {
      this(input, Optional.of(Path.of("dhall-lang/tests/import/cache/dhall")));
    }

    private Session(Path input, Optional<Path> cache) {
      SuiteDisk disk = new SuiteDisk(root);
      Path home = Path.of("dhall-lang/tests/import/home");
      this.resolver =
          new ImportResolver(new DhallLoader.Surroundings(disk, environment(input), home, cache, new SuiteRemote(root)), evaluator, checker);
    }

    Term resolved(Path input) throws IOException {
      List<String> components = new ArrayList<>(List.of(REPOSITORY.substring(2).split("/")));
      root.relativize(input).forEach(part -> components.add(part.toString()));
      return resolver.resolve(parse(input), new ImportTarget.Local(ImportTarget.Anchor.HERE, components));
    }

    void needSound() {
      if (!checker.problems().isEmpty()) {
        throw new ProblemsException(checker.problems());
      }
    }
  }

  /** Variables of the suite, and those that a test brings along in a file. */
  private Function<String, Optional<String>> environment(Path input) {
    Map<String, String> variables = new HashMap<>(Map.of("DHALL_TEST_VAR", "6 * 7"));
    Path file = input.resolveSibling(String.valueOf(input.getFileName()).replaceFirst("A?\\.dhall$", "ENV.dhall"));
    try {
      if (Files.exists(file) && new Evaluator().evaluate(parse(file), null) instanceof Value.ListLiteral list) {
        for (Value item : list.items()) {
          Value.RecordLiteral entry = (Value.RecordLiteral) item;
          variables.put(text(entry, "mapKey"), text(entry, "mapValue"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return name -> Optional.ofNullable(variables.get(name));
  }

  private static String text(Value.RecordLiteral record, String name) {
    return ((Value.TextLiteral) Objects.requireNonNull(record.fields().get(name)).value()).text();
  }

  private Term resolved(Path input) throws IOException {
    Session session = new Session();
    Term term = session.resolved(input);
    session.needSound();
    return term;
  }

  private static Term parse(Path file) throws IOException {
    try {
      return Parser.parse(new Source(file.toString(), StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file))).toString()));
    } catch (CharacterCodingException e) {
      throw new ProblemsException(Problem.error(file.toString(), 0, 0, "not UTF-8"));
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    return Files.readAllBytes(file);
  }

  private static Path other(Path input, String ending) {
    String name = String.valueOf(input.getFileName());
    return input.resolveSibling(name.substring(0, name.lastIndexOf('A')) + ending);
  }

  private static void needEqual(byte[] expected, byte[] got) {
    if (!Arrays.equals(expected, got)) {
      throw new Mismatch("expected " + HexFormat.of().formatHex(expected) + "\n      got " + HexFormat.of().formatHex(got) + show(expected) + show(got));
    }
  }

  private static String show(byte[] bytes) {
    try {
      return "\n      " + Printer.print(BinaryDecoder.decode(bytes));
    } catch (RuntimeException e) {
      return "\n      " + e;
    }
  }

  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException;
  }

  private static void needFailure(Attempt attempt) throws IOException {
    try {
      attempt.run();
    } catch (ProblemsException | BinaryDecoder.MalformedException e) {
      return;
    }
    throw new Mismatch("expected a failure");
  }

  private void run(String area, String ending, Case test) throws IOException {
    List<Path> inputs;
    try (Stream<Path> files = Files.walk(root.resolve("tests").resolve(area))) {
      inputs = files.filter(file -> file.toString().endsWith(ending) && !file.toString().endsWith("ENV.dhall"))
          .filter(file -> !INCOMPLETE.contains(String.valueOf(file.getFileName()))).sorted().toList();
    }
    List<String> failures = new ArrayList<>();
    for (Path input : inputs) {
      try {
        test.run(input);
      } catch (RuntimeException | StackOverflowError e) {
        failures.add(root.relativize(input) + ": " + (e instanceof Mismatch || e instanceof ProblemsException ? e.getMessage() : trace(e)));
      }
    }
    System.out.printf("%-25s %4d of %4d%n", area, inputs.size() - failures.size(), inputs.size());
    assertThat(failures).isEmpty();
  }

  private static String trace(Throwable e) {
    return e + " " + Stream.of(e.getStackTrace()).limit(6).toList();
  }
}
