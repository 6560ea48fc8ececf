package io.meshwatch.rules;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.meshwatch.environment.Disk;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.PromDuration;
import io.meshwatch.rules.RulesSettings.AlertOverride;
import io.meshwatch.rules.RulesSettings.Parameter;
import io.meshwatch.rules.YamlReader.YamlMapping;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The rules that meshwatch brings along, in three tiers, with their parameters and what runbook pages say. Immutable and safe for all
 * threads.
 */
public final class RulePack {
  static final String SEVERITY = "severity";

  private static final String FOLDER = "pack/";
  private static final List<String> PARAMETER_KEYS = List.of("name", "default", "note");
  private static final List<String> RUNBOOK_KEYS = List.of("alert", "needs", "falseAlarms", "inhibition");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z0-9_]+)(:words)?\\}");
  private static final int FILES_MAX = 1000;
  /** One check of a configuration renders the tiers in a few ways, of which the start that follows wants one again. */
  private static final int RENDERINGS_MAX = 16;
  private static final RulePack SHIPPED = new RulePack();

  private final Map<String, PackParameter> parameters = new LinkedHashMap<>();
  private final Map<String, RunbookNotes> runbooks = new LinkedHashMap<>();
  private final Map<Tier, String> texts = new LinkedHashMap<>();
  private final Cache<Rendering, List<RuleGroupSpec>> renderings = Caffeine.newBuilder().maximumSize(RENDERINGS_MAX).build();

  /** Which of the shipped rules. */
  public enum Tier {
    CORE("core"),
    EXTENDED("extended"),
    KUBERNETES("kubernetes");

    private final String file;

    Tier(String name) {
      this.file = name + ".yml";
    }

    /** The file that the groups are said to come from. */
    public String file() {
      return "meshwatch/" + file;
    }
  }

  /**
   * A value that expressions and texts of the shipped rules take.
   *
   * @param name as {@code ${name}} in the rules
   * @param defaultValue value unless configured
   * @param note what it means; may be empty
   */
  public record PackParameter(String name, String defaultValue, String note) {}

  /** What a runbook says beyond the annotations. */
  private record RunbookNotes(String needs, String falseAlarms, String inhibition) {
    static final RunbookNotes NONE = new RunbookNotes("", "", "");
  }

  /** All that the groups of a tier depend on. */
  private record Rendering(Tier tier, Map<String, String> values, OnMissingData onMissingData) {}

  private RulePack() {
    for (Tier tier : Tier.values()) {
      texts.put(tier, resource(tier.file));
    }
    YamlReader reader = new YamlReader("parameters.yml");
    reader.document(resource("parameters.yml"), List.of("parameters"))
        .mappings("parameters", "parameter", PARAMETER_KEYS, RulePack::parameter)
        .forEach(parameter -> parameters.put(parameter.name(), parameter));
    reader.document(resource("runbooks.yml"), List.of("runbooks"))
        .mappings("runbooks", "runbook", RUNBOOK_KEYS, Function.identity())
        .forEach(runbook -> runbooks.put(runbook.text("alert"),
            new RunbookNotes(runbook.text("needs"), runbook.text("falseAlarms"), runbook.text("inhibition"))));
    if (!reader.problems().isEmpty()) {
      throw new ProblemsException(reader.problems());
    }
  }

  private static PackParameter parameter(YamlMapping parameter) {
    return new PackParameter(parameter.text("name"), parameter.text("default"), parameter.text("note"));
  }

  private static String resource(String file) {
    try (InputStream stream = Objects.requireNonNull(RulePack.class.getResourceAsStream(FOLDER + file), file)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pack of this version. */
  public static RulePack shipped() {
    return SHIPPED;
  }

  /** All parameters with their defaults. */
  public List<PackParameter> parameters() {
    return List.copyOf(parameters.values());
  }

  /** The value of a parameter of the pack under these settings. */
  public String parameter(String name, RulesSettings settings) {
    PackParameter parameter = Objects.requireNonNull(parameters.get(name), name);
    return asMap(settings.parameters()).getOrDefault(name, parameter.defaultValue());
  }

  /** The rules of a tier as shipped, with default parameters. */
  public List<RuleGroupSpec> defaults(Tier tier) {
    return rendered(tier, Map.of(), OnMissingData.KEEP);
  }

  /**
   * The rules that these settings ask for: those of the pack, with parameters and overrides, and those of the files.
   *
   * @param folder where relative names of rule files start
   * @throws ProblemsException with all mistakes
   */
  public static List<RuleGroupSpec> load(RulesSettings settings, Disk disk, Path folder) {
    List<Problem> problems = new ArrayList<>(settings.check());
    if (problems.stream().anyMatch(problem -> !problem.warning())) {
      throw new ProblemsException(problems);
    }
    List<RuleGroupSpec> groups = new ArrayList<>(SHIPPED.groups(settings));
    for (Path file : files(settings.files(), disk, folder, problems)) {
      groups.addAll(fileGroups(file, settings, disk, problems));
    }
    if (!problems.isEmpty()) {
      throw new ProblemsException(problems);
    }
    return groups;
  }

  /** The rules of the pack alone that these settings, known to be right, ask for. */
  public List<RuleGroupSpec> groups(RulesSettings settings) {
    List<RuleGroupSpec> groups = new ArrayList<>();
    for (Tier tier : Tier.values()) {
      if (isOn(tier, settings)) {
        groups.addAll(overridden(tier, settings));
      }
    }
    return groups;
  }

  private static boolean isOn(Tier tier, RulesSettings settings) {
    return switch (tier) {
      case CORE -> settings.core();
      case EXTENDED -> settings.extended();
      case KUBERNETES -> settings.kubernetes();
    };
  }

  private List<RuleGroupSpec> overridden(Tier tier, RulesSettings settings) {
    Map<String, String> configured = asMap(settings.parameters());
    List<RuleGroupSpec> base = rendered(tier, configured, settings.onMissingData());
    List<RuleGroupSpec> result = new ArrayList<>();
    for (int g = 0; g < base.size(); g++) {
      int groupIndex = g;
      result.add(withOverrides(base.get(g), settings.overrides(), (ruleIndex, own) -> {
        Map<String, String> all = new LinkedHashMap<>(configured);
        all.putAll(own);
        List<RuleGroupSpec> groups = own.isEmpty() ? base : rendered(tier, all, settings.onMissingData());
        return (AlertingRule) groups.get(groupIndex).rules().get(ruleIndex);
      }));
    }
    return result;
  }

  private static Map<String, String> asMap(List<Parameter> parameters) {
    Map<String, String> map = new LinkedHashMap<>();
    parameters.forEach(parameter -> map.put(parameter.mapKey(), parameter.mapValue()));
    return map;
  }

  /** Makes a rule of a group, by its index, with parameters of its own. */
  @FunctionalInterface
  private interface RuleSource {
    AlertingRule rule(int index, Map<String, String> parameters);
  }

  private static RuleGroupSpec withOverrides(RuleGroupSpec group, List<AlertOverride> overrides, RuleSource source) {
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < group.rules().size(); i++) {
      Rule rule = group.rules().get(i);
      if (rule instanceof AlertingRule alerting) {
        int index = i;
        rules.addAll(pieces(alerting, overrides, parameters -> source.rule(index, parameters)));
      } else {
        rules.add(rule);
      }
    }
    return new RuleGroupSpec(
        group.file(), group.name(), group.intervalMillis(), group.limit(), group.queryOffsetMillis(), group.labels(), rules);
  }

  private static List<AlertingRule> pieces(
      AlertingRule rule, List<AlertOverride> overrides, Function<Map<String, String>, AlertingRule> source) {
    List<OverriddenRule> pieces = List.of(OverriddenRule.of(source));
    for (AlertOverride override : overrides) {
      boolean severityMatches = override.severity().isEmpty()
          || override.severity().get().equals(rule.labels().getOrDefault(SEVERITY, ""));
      if (override.alert().equals(rule.name()) && severityMatches) {
        pieces = pieces.stream().flatMap(piece -> piece.with(override).stream()).toList();
      }
    }
    return pieces.stream().flatMap(piece -> piece.rule().stream()).toList();
  }

  private List<RuleGroupSpec> rendered(Tier tier, Map<String, String> values, OnMissingData onMissingData) {
    return renderings.get(new Rendering(tier, Map.copyOf(values), onMissingData), rendering -> List.copyOf(
        RuleFiles.parse(tier.file(), Objects.requireNonNull(texts.get(tier)), onMissingData, text -> render(text, values))));
  }

  private String render(String text, Map<String, String> values) {
    Matcher placeholder = PLACEHOLDER.matcher(text);
    return placeholder.replaceAll(found -> {
      PackParameter parameter = parameters.get(found.group(1));
      if (parameter == null) {
        throw new IllegalStateException("the pack uses an unknown parameter " + found.group());
      }
      String value = values.getOrDefault(parameter.name(), parameter.defaultValue());
      return Matcher.quoteReplacement(found.group(2) == null ? value : words(value));
    });
  }

  /** A duration in words, {@code 5 minutes}; what is no duration as it is. */
  private static String words(String duration) {
    long millis;
    try {
      millis = PromDuration.parseMillis(duration);
    } catch (IllegalArgumentException e) {
      return duration;
    }
    long[] units = {86_400_000, 3_600_000, 60_000, 1000};
    String[] names = {"day", "hour", "minute", "second"};
    for (int i = 0; i < units.length; i++) {
      if (millis > 0 && millis % units[i] == 0) {
        long count = millis / units[i];
        return count + " " + names[i] + (count == 1 ? "" : "s");
      }
    }
    return duration;
  }

  private static List<RuleGroupSpec> fileGroups(Path file, RulesSettings settings, Disk disk, List<Problem> problems) {
    try {
      String text = new String(disk.readAll(file), StandardCharsets.UTF_8);
      return RuleFiles.parse(file.toString(), text, settings.onMissingData()).stream()
          .map(group -> withOverrides(group, settings.overrides(), (index, own) -> (AlertingRule) group.rules().get(index)))
          .toList();
    } catch (IOException e) {
      problems.add(Problem.error(file.toString(), 0, 0, "cannot read the rule file: " + e.getMessage()));
    } catch (ProblemsException e) {
      problems.addAll(e.problems());
    }
    return List.of();
  }

  /** The files that the names mean; a name may have {@code *} in its last part. */
  static Set<Path> files(List<String> names, Disk disk, Path folder, List<Problem> problems) {
    Set<Path> files = new LinkedHashSet<>();
    for (String name : names) {
      Path path = folder.resolve(name);
      Path parent = path.getParent();
      if (!name.contains("*") || parent == null) {
        files.add(path);
        continue;
      }
      Pattern glob = Pattern.compile(Pattern.quote(String.valueOf(path.getFileName())).replace("*", "\\E.*\\Q"));
      try {
        disk.list(parent).stream().filter(entry -> glob.matcher(entry).matches()).forEach(entry -> files.add(parent.resolve(entry)));
      } catch (IOException e) {
        problems.add(Problem.error(parent.toString(), 0, 0, "cannot list rule files: " + e.getMessage()));
      }
    }
    if (files.size() > FILES_MAX) {
      problems.add(Problem.error("", 0, 0, "at most " + FILES_MAX + " rule files, got " + files.size()));
      return Set.of();
    }
    return files;
  }

  void checkParameter(Parameter parameter, List<Problem> problems) {
    if (!parameters.containsKey(parameter.mapKey())) {
      problems.add(Problem.error("", 0, 0, "rules: unknown parameter " + Names.quote(parameter.mapKey())
          + Nearest.suggestion(parameter.mapKey(), parameters.keySet())));
      return;
    }
    Map<String, String> values = Map.of(parameter.mapKey(), parameter.mapValue());
    for (Tier tier : Tier.values()) {
      try {
        rendered(tier, values, OnMissingData.KEEP);
      } catch (ProblemsException e) {
        problems.add(Problem.error("", 0, 0, "rules: parameter " + parameter.mapKey() + " = " + Names.quote(parameter.mapValue())
            + " spoils a rule: " + e.problems().getFirst().message()));
        return;
      }
    }
  }

  void checkOverride(AlertOverride override, boolean hasFiles, List<Problem> problems) {
    String where = "rules: override of " + Names.quote(override.alert()) + ": ";
    if (!hasFiles && !runbooks.containsKey(override.alert())) {
      problems.add(Problem.error("", 0, 0, "rules: override of unknown alert " + Names.quote(override.alert())
          + Nearest.suggestion(override.alert(), runbooks.keySet())));
    }
    override.parameters().forEach(parameter -> checkParameter(parameter, problems));
    for (RulesSettings.Match match : override.match()) {
      try {
        new io.meshwatch.model.Matcher(match.label(), io.meshwatch.model.Matcher.Op.MATCH, match.regex() ? match.value() : "");
      } catch (IllegalArgumentException e) {
        problems.add(Problem.error("", 0, 0, where + e.getMessage()));
      }
      if (match.label().isEmpty()) {
        problems.add(Problem.error("", 0, 0, where + "a condition names no label"));
      }
    }
    override.annotations().forEach(annotation -> checkTemplate(annotation, where, problems));
    override.labels().forEach(label -> checkTemplate(label, where, problems));
  }

  private static void checkTemplate(Parameter text, String where, List<Problem> problems) {
    try {
      RuleTemplates.check(text.mapKey(), text.mapValue());
    } catch (TemplateException e) {
      problems.add(Problem.error("", 0, 0, where + e.getMessage()));
    }
  }

  /** What to show on the runbook pages of the alerts in these groups, sorted by alert. */
  public List<Runbook> runbooks(List<RuleGroupSpec> groups) {
    Map<String, List<AlertingRule>> byAlert = new java.util.TreeMap<>();
    Map<String, String> groupOf = new LinkedHashMap<>();
    for (RuleGroupSpec group : groups) {
      for (Rule rule : group.rules()) {
        if (rule instanceof AlertingRule alerting) {
          byAlert.computeIfAbsent(alerting.name(), name -> new ArrayList<>()).add(alerting);
          groupOf.putIfAbsent(alerting.name(), group.name());
        }
      }
    }
    return byAlert.entrySet().stream()
        .map(entry -> runbook(entry.getKey(), Objects.requireNonNull(groupOf.get(entry.getKey())), entry.getValue()))
        .toList();
  }

  private Runbook runbook(String alert, String group, List<AlertingRule> rules) {
    RunbookNotes notes = runbooks.getOrDefault(alert, RunbookNotes.NONE);
    return Runbook.of(alert, group, rules, notes.needs(), notes.falseAlarms(), notes.inhibition());
  }
}
