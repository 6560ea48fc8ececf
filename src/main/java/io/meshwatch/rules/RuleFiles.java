package io.meshwatch.rules;

import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import io.meshwatch.rules.YamlReader.YamlMapping;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads Prometheus' rule files: every mistake with its line and column.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/">Rule files</a>
 */
public final class RuleFiles {
  private static final List<String> FILE_KEYS = List.of("groups");
  private static final List<String> GROUP_KEYS = List.of("name", "interval", "query_offset", "limit", "labels", "rules");
  private static final List<String> RULE_KEYS =
      List.of("record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations");

  private final YamlReader reader;
  private final String file;
  private final UnaryOperator<String> substitution;
  private final OnMissingData onMissingData;

  private RuleFiles(String file, UnaryOperator<String> substitution, OnMissingData onMissingData) {
    this.file = file;
    this.reader = new YamlReader(file);
    this.substitution = substitution;
    this.onMissingData = onMissingData;
  }

  /**
   * The groups of a file.
   *
   * @param file its name, for groups' identity and problems
   * @param text its content
   * @param onMissingData what its alerting rules do when a target stops answering
   * @throws ProblemsException with all mistakes
   */
  public static List<RuleGroupSpec> parse(String file, String text, OnMissingData onMissingData) {
    return parse(file, text, onMissingData, UnaryOperator.identity());
  }

  /** As {@link #parse(String, String, OnMissingData)}, with something done to each text before it is looked at. */
  static List<RuleGroupSpec> parse(String file, String text, OnMissingData onMissingData, UnaryOperator<String> substitution) {
    RuleFiles files = new RuleFiles(file, substitution, onMissingData);
    List<RuleGroupSpec> groups = files.groups(text);
    if (!files.reader.problems().isEmpty()) {
      throw new ProblemsException(files.reader.problems().stream().sorted(Problem.BY_PLACE).toList());
    }
    return groups;
  }

  private List<RuleGroupSpec> groups(String text) {
    YamlMapping document = reader.document(text, FILE_KEYS);
    List<RuleGroupSpec> groups = document.mappings("groups", "group", GROUP_KEYS, this::group);
    Set<String> names = new HashSet<>();
    List<Node> nodes = document.list("groups");
    for (int i = 0; i < groups.size(); i++) {
      if (!names.add(groups.get(i).name())) {
        reader.problem(nodes.get(i), "groupname: " + Names.quote(groups.get(i).name()) + " is repeated in the same file");
      }
    }
    return groups;
  }

  private RuleGroupSpec group(YamlMapping group) {
    String name = group.text("name");
    if (name.isEmpty()) {
      reader.problem(group.line(), group.column(), "Groupname must not be empty");
    }
    Map<String, String> labels = group.texts("labels");
    checkLabels(group, labels);
    List<Rule> rules = new ArrayList<>();
    for (Node node : group.list("rules")) {
      Rule rule = rule(reader.mapping(node, "rule", RULE_KEYS), labels);
      if (rule != null) {
        rules.add(rule);
      }
    }
    return new RuleGroupSpec(
        file, name, group.durationMillis("interval"), group.integer("limit"), group.durationMillis("query_offset"), labels, rules);
  }

  private @Nullable Rule rule(YamlMapping rule, Map<String, String> groupLabels) {
    boolean records = !rule.text("record").isEmpty();
    boolean alerts = !rule.text("alert").isEmpty();
    if (records == alerts) {
      reader.problem(rule.line(), rule.column(),
          records ? "only one of 'record' and 'alert' must be set" : "one of 'record' or 'alert' must be set");
      return null;
    }
    String expression = expression(rule);
    Map<String, String> own = rule.texts("labels");
    checkLabels(rule, own);
    Map<String, String> labels = new LinkedHashMap<>(groupLabels);
    own.forEach((label, value) -> labels.put(label, substitution.apply(value)));
    return records ? recordingRule(rule, expression, labels) : alertingRule(rule, expression, labels);
  }

  private String expression(YamlMapping rule) {
    Node node = rule.node("expr");
    String expression = substitution.apply(rule.text("expr")).strip();
    if (node == null || expression.isEmpty()) {
      reader.problem(rule.line(), rule.column(), "field 'expr' must be set in rule");
      return "";
    }
    try {
      Parser.parse(expression);
    } catch (ParseException e) {
      int[] place = place(node, expression, e.position().start());
      reader.problem(place[0], place[1], "could not parse expression: " + e.getMessage());
    }
    return expression;
  }

  /** Line and column in the file of a character of a text: exact for block texts and for plain texts on one line. */
  private static int[] place(Node node, String text, int offset) {
    String before = text.substring(0, Math.min(offset, text.length()));
    int lines = (int) before.chars().filter(c -> c == '\n').count();
    int column = before.length() - (before.lastIndexOf('\n') + 1);
    boolean block = node instanceof ScalarNode scalar
        && (scalar.getScalarStyle() == ScalarStyle.LITERAL || scalar.getScalarStyle() == ScalarStyle.FOLDED);
    if (block) {
      return new int[] {YamlReader.line(node) + 1 + lines, column + 1};
    }
    boolean quoted = node instanceof ScalarNode scalar && scalar.getScalarStyle() != ScalarStyle.PLAIN;
    return new int[] {YamlReader.line(node), YamlReader.column(node) + column + (quoted ? 1 : 0)};
  }

  private Rule recordingRule(YamlMapping rule, String expression, Map<String, String> labels) {
    for (String field : List.of("annotations", "for", "keep_firing_for")) {
      if (rule.has(field)) {
        reader.problem(Objects.requireNonNull(rule.node(field)), "invalid field '" + field + "' in recording rule");
      }
    }
    String name = rule.text("record");
    if (name.contains("{") || name.contains("}")) {
      reader.problem(Objects.requireNonNull(rule.node("record")), "braces present in the recording rule name; should it be in expr?: " + name);
    }
    return new RecordingRule(name, expression, labels, rule.line());
  }

  private Rule alertingRule(YamlMapping rule, String expression, Map<String, String> labels) {
    String name = rule.text("alert");
    Map<String, String> annotations = new LinkedHashMap<>();
    rule.texts("annotations").forEach((annotation, value) -> annotations.put(annotation, substitution.apply(value)));
    checkTemplates(rule, "labels", name, labels);
    checkTemplates(rule, "annotations", name, annotations);
    return new AlertingRule(
        name,
        expression,
        rule.durationMillis("for").orElse(0),
        rule.durationMillis("keep_firing_for").orElse(0),
        labels,
        annotations,
        onMissingData,
        rule.line());
  }

  private void checkLabels(YamlMapping owner, Map<String, String> labels) {
    for (String label : labels.keySet()) {
      if (label.isEmpty() || label.equals(Labels.METRIC_NAME)) {
        reader.problem(Objects.requireNonNull(owner.node("labels")), "invalid label name: " + Names.quote(label));
      }
    }
  }

  private void checkTemplates(YamlMapping rule, String field, String name, Map<String, String> templates) {
    Node owner = rule.node(field);
    if (owner == null) {
      return;
    }
    YamlMapping values = reader.mapping(owner, field, List.of());
    templates.forEach((key, template) -> {
      Node place = values.node(key);
      try {
        RuleTemplates.check(name, template);
      } catch (TemplateException e) {
        reader.problem(place == null ? owner : place, "could not parse template of " + Names.quote(key) + ": " + e.getMessage());
      }
      if (key.isEmpty()) {
        reader.problem(place == null ? owner : place, "a name in " + field + " is empty");
      }
    });
  }
}
