package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads an existing {@code alertmanager.yml}, strictly: an unknown field is a mistake, with its line and column.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/">Alertmanager configuration</a>
 */
public final class AlertmanagerFile {
  private static final Set<String> TOP =
      Set.of("global", "templates", "route", "receivers", "inhibit_rules", "mute_time_intervals", "time_intervals", "tracing", "event_recorder");

  /**
   * What a file says.
   *
   * @param routing routes, receivers, inhibitions and time intervals
   * @param warnings what it says and meshwatch does not do
   */
  public record Loaded(Routing routing, List<Problem> warnings) {}

  private final YamlReader yaml;
  private final Function<String, Optional<Secret>> secretFiles;
  private final Function<String, Map<String, String>> templateFiles;
  private final Function<String, Path> files;

  private AlertmanagerFile(
      YamlReader yaml, Function<String, Optional<Secret>> secretFiles, Function<String, Map<String, String>> templateFiles,
      Function<String, Path> files) {
    this.files = files;
    this.yaml = yaml;
    this.secretFiles = secretFiles;
    this.templateFiles = templateFiles;
  }

  /**
   * Reads a file.
   *
   * @param name for messages
   * @param secretFiles gives the content of a file that holds a secret, without the line's end; empty if there is no such file
   * @throws ProblemsException with all mistakes
   */
  public static Loaded load(String name, String text, Function<String, Optional<Secret>> secretFiles) {
    return load(name, text, secretFiles, glob -> Map.of(), Path::of);
  }

  /**
   * As the other one, with templates for mails and files of certificates.
   *
   * @param templateFiles gives the texts of the files that a name with {@code *} means, by file
   * @param files where the file of a name is
   */
  public static Loaded load(
      String name, String text, Function<String, Optional<Secret>> secretFiles, Function<String, Map<String, String>> templateFiles,
      Function<String, Path> files) {
    return new AlertmanagerFile(new YamlReader(name), secretFiles, templateFiles, files).load(text);
  }

  private Loaded load(String text) {
    Node document = yaml.document(text);
    throwErrors();
    Map<String, Node> top = yaml.fields(document, "configuration", TOP);
    Node route = top.get("route");
    if (route == null) {
      yaml.error(document, "no route provided in config");
    }
    NotificationTemplates templates = templates(top.get("templates"));
    Map<String, Node> global = yaml.fields(top.get("global"), "global", IntegrationSchema.GLOBAL);
    Map<String, Receiver> receivers = new AlertmanagerReceivers(
        yaml, global, secretFiles, templates, new AlertmanagerHttp(yaml, secretFiles, files)).receivers(top.get("receivers"));
    Map<String, List<TimeInterval>> times = new HashMap<>();
    timeIntervals(top.get("mute_time_intervals"), times);
    timeIntervals(top.get("time_intervals"), times);
    AlertmanagerRoutes routes = new AlertmanagerRoutes(yaml, receivers.keySet(), times.keySet());
    List<InhibitRule> inhibitRules = routes.inhibitRules(top.get("inhibit_rules"));
    Optional<Route> root = Optional.ofNullable(route).map(routes::root);
    throwErrors();
    return new Loaded(
        new Routing(root.orElseThrow(), Map.copyOf(receivers), inhibitRules, Map.copyOf(times), List.of(), Optional.empty()),
        List.copyOf(yaml.problems()));
  }

  /** The templates of all files that are named; one that cannot be used is left out with a warning, as alerts matter more. */
  private NotificationTemplates templates(@Nullable Node list) {
    NotificationTemplates templates = NotificationTemplates.base();
    for (Node item : yaml.items(list, "templates")) {
      for (Map.Entry<String, String> file : templateFiles.apply(yaml.text(item)).entrySet()) {
        try {
          templates = templates.with(file.getKey(), file.getValue());
        } catch (TemplateException e) {
          yaml.warning(item, "this template is left out: " + e.getMessage());
        }
      }
    }
    return templates;
  }

  private void timeIntervals(@Nullable Node list, Map<String, List<TimeInterval>> into) {
    for (Node item : yaml.items(list, "time_intervals")) {
      Map<String, Node> fields = yaml.fields(item, "time interval", Set.of("name", "time_intervals"));
      String name = yaml.text(fields.get("name"));
      if (name.isEmpty()) {
        yaml.error(item, "missing name in time interval");
      } else if (into.containsKey(name)) {
        yaml.error(item, "there are two time intervals named '" + name + "'");
      }
      into.put(name, new TimeIntervalReader(yaml).intervals(fields.get("time_intervals")));
    }
  }

  private void throwErrors() {
    if (yaml.failed()) {
      List<Problem> errors = new ArrayList<>(yaml.problems());
      errors.removeIf(Problem::warning);
      throw new ProblemsException(errors);
    }
  }
}
