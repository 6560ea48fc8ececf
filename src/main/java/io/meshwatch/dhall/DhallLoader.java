package io.meshwatch.dhall;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Loads Dhall: reads, resolves imports, checks types, normalises. All mistakes that can be found come in one
 * {@link ProblemsException}, sorted by place. Immutable and safe for all threads; each load stands for itself.
 */
public final class DhallLoader {
  /** Values of environment variables shorter than this are too common to be taken out of messages. */
  private static final int REDACTED_LENGTH_MIN = 3;

  private final Surroundings surroundings;
  private final Map<String, String> predefined;

  /** Where imports come from. */
  record Surroundings(Disk disk, Function<String, Optional<String>> environment, Path home, Optional<Path> cache, DhallRemote remote) {}

  /**
   * A loader without remote imports, cache or predefined names.
   *
   * @param disk where files are read
   * @param environment gives environment variables by name
   * @param home what {@code ~} stands for
   */
  public DhallLoader(Disk disk, Function<String, Optional<String>> environment, Path home) {
    this(new Surroundings(disk, environment, home, Optional.empty(), DhallRemote.REFUSED), Map.of());
  }

  private DhallLoader(Surroundings surroundings, Map<String, String> predefined) {
    this.surroundings = surroundings;
    this.predefined = predefined;
  }

  /**
   * This loader with names in scope in the top file without an import.
   *
   * @param names Dhall source by name; a later one may use earlier ones
   */
  public DhallLoader withPredefined(Map<String, String> names) {
    Map<String, String> all = new LinkedHashMap<>(predefined);
    all.putAll(names);
    return new DhallLoader(surroundings, all);
  }

  /** This loader with remote imports. */
  public DhallLoader withRemote(DhallRemote remote) {
    Surroundings more =
        new Surroundings(surroundings.disk, surroundings.environment, surroundings.home, surroundings.cache, remote);
    return new DhallLoader(more, predefined);
  }

  /** This loader with a cache of imports that carry a hash, as {@code ~/.cache/dhall}; it is only read. */
  public DhallLoader withCache(Path directory) {
    Surroundings more =
        new Surroundings(surroundings.disk, surroundings.environment, surroundings.home, Optional.of(directory), surroundings.remote);
    return new DhallLoader(more, predefined);
  }

  /** Loads a file. */
  public DhallValue load(Path file) {
    Session session = new Session();
    return session.load(() -> session.resolver.source(file), file.toString());
  }

  /** Loads a text; {@code name} stands in messages, and relative imports start where a file of that name would be. */
  public DhallValue load(String text, String name) {
    return new Session().load(() -> new Source(name, text), name);
  }

  /** One load. */
  private final class Session {
    private final Evaluator evaluator = new Evaluator();
    private final TypeChecker checker = new TypeChecker(evaluator);
    private final ImportResolver resolver = new ImportResolver(surroundings, evaluator, checker);

    DhallValue load(Supplier<Source> source, String name) {
      try {
        return checked(source.get());
      } catch (ProblemsException mistakes) {
        throw redacted(mistakes.problems());
      } catch (StackOverflowError e) {
        // The named limits keep below the stack of ordinary threads; a caller that is deep in its own stack still gets a message.
        throw new ProblemsException(Problem.error(name, 0, 0, "this is nested too deeply for the stack of this thread"));
      }
    }

    private DhallValue checked(Source source) {
      ImportTarget here = target(source.name);
      Context context = predefinedNames();
      Term term = resolver.resolve(Parser.parse(source), here);
      Value type = checker.infer(context, term);
      if (!checker.problems().isEmpty()) {
        throw new ProblemsException(checker.problems());
      }
      return ValueExport.export(evaluator.evaluate(term, context.values()), type, term.place());
    }

    private Context predefinedNames() {
      Context context = Context.EMPTY;
      for (Map.Entry<String, String> name : predefined.entrySet()) {
        Term term = resolver.resolve(Parser.parse(new Source(name.getKey(), name.getValue())), new ImportTarget.Missing());
        Value type = checker.infer(context, term);
        Scope scope = context.values();
        context = context.define(name.getKey(), type, Lazy.later(() -> evaluator.evaluate(term, scope)));
      }
      return context;
    }

    /** Takes values of environment variables out of messages: they may be secrets. */
    private ProblemsException redacted(List<Problem> problems) {
      List<Problem> clean = new ArrayList<>();
      for (Problem problem : problems) {
        String message = problem.message();
        for (Map.Entry<String, String> variable : resolver.environmentTexts().entrySet()) {
          String value = variable.getValue();
          if (value.length() >= REDACTED_LENGTH_MIN) {
            message = message.replace(value, "‹value of " + variable.getKey() + "›");
          }
        }
        clean.add(new Problem(problem.file(), problem.line(), problem.column(), message, problem.warning()));
      }
      return new ProblemsException(clean.stream().sorted(Problem.BY_PLACE).distinct().toList());
    }
  }

  /** The import that would name the file. */
  private static ImportTarget target(String name) {
    boolean absolute = name.startsWith("/");
    List<String> components = List.of((absolute ? name.substring(1) : name).split("/", -1));
    return new ImportTarget.Local(absolute ? ImportTarget.Anchor.ABSOLUTE : ImportTarget.Anchor.HERE, components).canonical();
  }
}
