package io.meshwatch.config;

import io.meshwatch.dhall.DhallBinder;
import io.meshwatch.dhall.DhallValue;
import io.meshwatch.environment.Disk;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a secret from the model's union, or from a plain text with a warning. What {@code fromAnsible}, {@code fromTerraform} and
 * {@code Native} name is found in an environment variable of that name, where those tools put it.
 */
final class SecretConverter implements DhallBinder.Converter<Secret> {
  private final Disk disk;
  private final Function<String, Optional<String>> variables;
  private final Path folder;

  SecretConverter(Disk disk, Function<String, Optional<String>> variables, Path folder) {
    this.disk = disk;
    this.variables = variables;
    this.folder = folder;
  }

  @Override
  public Optional<Secret> convert(DhallValue value, DhallBinder.Report report) {
    return switch (value) {
      case DhallValue.TextValue text -> plain(text, report);
      case DhallValue.AlternativeValue alternative -> alternative(alternative, report);
      default -> {
        report.error(value.place(), "expected a secret, such as Secret.fromEnv \"NAME\", got " + value.kind());
        yield Optional.empty();
      }
    };
  }

  private static Optional<Secret> plain(DhallValue.TextValue text, DhallBinder.Report report) {
    if (!text.text().isEmpty()) {
      report.warning(text.place(), "a secret stands here in plain text; Secret.fromEnv or Secret.fromFile keeps it out of the configuration");
    }
    return Optional.of(Secret.of(text.text()));
  }

  private Optional<Secret> alternative(DhallValue.AlternativeValue value, DhallBinder.Report report) {
    if (!(value.payload().orElse(null) instanceof DhallValue.TextValue text)) {
      report.error(value.place(), "expected a secret with a Text, got " + value.kind());
      return Optional.empty();
    }
    return switch (value.name()) {
      case "Raw" -> Optional.of(Secret.of(text.text()));
      case "Env" -> variable(value, text.text(), "fromEnv", report);
      case "Native" -> variable(value, text.text(), "Native", report);
      case "Ansible" -> variable(value, text.text(), "fromAnsible", report);
      case "Terraform" -> variable(value, text.text(), "fromTerraform", report);
      case "File" -> file(value, text.text(), report);
      default -> {
        report.error(value.place(), "expected Raw, Native, fromEnv, fromAnsible, fromTerraform or fromFile, got " + value.name());
        yield Optional.empty();
      }
    };
  }

  private Optional<Secret> variable(DhallValue value, String name, String constructor, DhallBinder.Report report) {
    Optional<Secret> found = variables.apply(name).map(Secret::of);
    if (found.isEmpty()) {
      report.error(value.place(), "Secret." + constructor + " \"" + name + "\": expected an environment variable of this name, got none");
    }
    return found;
  }

  private Optional<Secret> file(DhallValue value, String name, DhallBinder.Report report) {
    try {
      return Optional.of(Secret.of(new String(disk.readAll(folder.resolve(name)), StandardCharsets.UTF_8).strip()));
    } catch (IOException e) {
      report.error(value.place(), "Secret.fromFile \"" + name + "\": expected a file that can be read, got " + e.getMessage());
      return Optional.empty();
    }
  }
}
