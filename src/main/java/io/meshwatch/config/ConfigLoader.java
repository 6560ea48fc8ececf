package io.meshwatch.config;

import io.meshwatch.dhall.DhallBinder;
import io.meshwatch.dhall.DhallLoader;
import io.meshwatch.dhall.DhallValue;
import io.meshwatch.environment.Disk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Loads the configuration from meshStack's Dhall model: evaluates the file, takes the record under {@code monitor}, binds it and
 * checks it. All mistakes come at once, each with its place.
 */
public final class ConfigLoader {
  private static final String ROOT = "monitor";
  /**
   * The constructors that the model has used over the years, under one name. {@code Secret} is in scope without an import, as in the
   * published examples.
   */
  private static final String SECRET = """
      let T =
            < Raw : Text
            | Native : Text
            | Env : Text
            | Ansible : Text
            | Terraform : Text
            | File : Text
            >

      in  { Type = T
          , Raw = T.Raw
          , Native = T.Native
          , Env = T.Env
          , fromEnv = T.Env
          , fromAnsible = T.Ansible
          , fromTerraform = T.Terraform
          , fromFile = T.File
          }
      """;

  private final Disk disk;
  private final DhallLoader dhall;
  private final Function<String, Optional<String>> variables;

  /**
   * @param disk where files are read
   * @param variables environment variables by name
   * @param home what {@code ~} stands for in imports
   */
  public ConfigLoader(Disk disk, Function<String, Optional<String>> variables, Path home) {
    this.disk = disk;
    this.variables = variables;
    this.dhall = new DhallLoader(disk, variables, home).withPredefined(Map.of("Secret", SECRET));
  }

  /**
   * A configuration that can be used.
   *
   * @param config the configuration
   * @param file where it was read; relative names in it start in its folder
   * @param warnings what deserves attention
   */
  public record Loaded(Config config, Path file, List<Problem> warnings) {}

  /** Loads and checks a file; throws {@link ProblemsException} with everything that is wrong. */
  public Loaded load(Path file) {
    return checked(dhall.load(file), file);
  }

  /** Loads and checks a text as if it stood in this file. */
  public Loaded load(String text, Path file) {
    return checked(dhall.load(text, file.toString()), file);
  }

  private Loaded checked(DhallValue whole, Path file) {
    DhallValue monitor = monitor(whole, file);
    DhallBinder binder = new DhallBinder().withConverter(Secret.class, new SecretConverter(disk, variables, folder(file)));
    DhallBinder.Attempt<Config> attempt = binder.attempt(monitor, Config.class);
    List<Problem> problems = new ArrayList<>(attempt.problems());
    Optional<Config> found = attempt.value().map(config -> withResolvedFiles(config, folder(file)));
    found.ifPresent(config -> problems.addAll(new ConfigCheck(config, attempt, disk, folder(file)).problems()));
    problems.sort(Problem.BY_PLACE);
    if (problems.stream().anyMatch(problem -> !problem.warning())) {
      throw new ProblemsException(problems);
    }
    return new Loaded(found.orElseThrow(), file, List.copyOf(problems));
  }

  private static Config withResolvedFiles(Config config, Path folder) {
    return config.notification().alertmanagerFile()
        .map(name -> config.withNotification(config.notification().withAlertmanagerFile(folder.resolve(name).toString())))
        .orElse(config);
  }

  /** The folder in which relative names of a configuration file start. */
  public static Path folder(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    return parent == null ? file.toAbsolutePath() : parent;
  }

  private static DhallValue monitor(DhallValue whole, Path file) {
    if (!(whole instanceof DhallValue.RecordValue model)) {
      throw new ProblemsException(Problem.error(file.toString(), whole.place().line(), whole.place().column(),
          "expected a record with the field `" + ROOT + "`, got " + whole.kind()));
    }
    return model.field(ROOT).orElseThrow(() -> new ProblemsException(Problem.error(
        file.toString(), whole.place().line(), whole.place().column(),
        "expected the field `" + ROOT + "`, which holds meshwatch's configuration, got "
            + (model.fields().isEmpty() ? "an empty record" : "only " + String.join(", ", model.fields().keySet())))));
  }
}
