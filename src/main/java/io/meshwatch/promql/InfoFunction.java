package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr.Call;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code info}: adds the labels of info series (by default {@code target_info}) of the same instance and job. Confined to one
 * thread.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/functions/#info">info</a>
 */
final class InfoFunction {
  private static final Set<String> IDENTIFYING = Set.of(Labels.INSTANCE, Labels.JOB);
  private static final Matcher ANY_INFO = new Matcher(Labels.METRIC_NAME, Matcher.Op.MATCH, ".+_info");
  private static final Matcher TARGET_INFO = Matcher.equal(Labels.METRIC_NAME, "target_info");

  private final Evaluator evaluator;
  private final QueryContext context;
  private final Call call;
  private final Steps steps;
  private final List<Matcher> nameMatchers;
  private final Map<String, List<Matcher>> dataMatchers;
  private final Map<Labels, Row> results = new LinkedHashMap<>();

  InfoFunction(Evaluator evaluator, Call call, Steps steps) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.call = call;
    this.steps = steps;
    List<Matcher> given = call.arguments().size() > 1 && call.arguments().get(1) instanceof VectorSelector selector ? selector.matchers() : List.of();
    List<Matcher> names = given.stream().filter(m -> m.name().equals(Labels.METRIC_NAME)).toList();
    this.nameMatchers = names.isEmpty() ? List.of(TARGET_INFO) : withPositive(names);
    this.dataMatchers = given.stream().filter(m -> !m.name().equals(Labels.METRIC_NAME)).collect(Collectors.groupingBy(Matcher::name));
  }

  /** Conditions that only exclude names leave what is called an info metric. */
  private static List<Matcher> withPositive(List<Matcher> names) {
    if (names.stream().anyMatch(InfoFunction::isPositive)) {
      return names;
    }
    List<Matcher> all = new ArrayList<>(names);
    all.add(ANY_INFO);
    return all;
  }

  private static boolean isPositive(Matcher matcher) {
    return matcher.op() == Matcher.Op.EQUAL || matcher.op() == Matcher.Op.MATCH;
  }

  void run(RowSink sink) {
    List<Row> bases = evaluator.rows(call.arguments().getFirst(), steps);
    Map<Labels, Map<String, List<Row>>> infos = infoSeries(bases);
    for (Row base : bases) {
      if (isInfo(base.labels)) {
        emit(base.labels, base, 0, steps.count());
        continue;
      }
      Map<String, List<Row>> candidates = infos.getOrDefault(base.labels.keep(IDENTIFYING), Map.of());
      for (int i = 0; i < steps.count(); i++) {
        if (base.isPresent(i)) {
          Labels enriched = enrich(base.labels, candidates, i);
          if (enriched != null) {
            emit(enriched, base, i, i + 1);
          }
        }
      }
    }
    results.values().forEach(sink::accept);
  }

  private void emit(Labels labels, Row base, int from, int to) {
    Row result = results.computeIfAbsent(labels, l -> {
      context.hold(steps.count(), call);
      return Row.empty(l, steps.count());
    });
    result.dropName = base.dropName;
    for (int i = from; i < to; i++) {
      if (base.isPresent(i)) {
        if (result.isPresent(i)) {
          throw context.failure("vector cannot contain metrics with the same labelset");
        }
        result.copyStep(i, base);
      }
    }
  }

  private boolean isInfo(Labels labels) {
    return nameMatchers.stream().filter(InfoFunction::isPositive).allMatch(m -> m.matches(labels.metricName()));
  }

  /** Info series by their identifying labels and name; the value of a row is the time of its sample. */
  private Map<Labels, Map<String, List<Row>>> infoSeries(List<Row> bases) {
    Map<String, Set<String>> wanted = new HashMap<>();
    for (String label : IDENTIFYING) {
      Set<String> values = bases.stream().filter(base -> !isInfo(base.labels)).map(base -> base.labels.get(label))
          .filter(value -> !value.isEmpty()).collect(Collectors.toSet());
      if (!values.isEmpty()) {
        wanted.put(label, values);
      }
    }
    Map<Labels, Map<String, List<Row>>> infos = new HashMap<>();
    if (wanted.isEmpty()) {
      return infos;
    }
    List<Matcher> matchers = new ArrayList<>(nameMatchers);
    dataMatchers.values().forEach(matchers::addAll);
    evaluator.reader().newest(matchers, evaluator.plan().range(call), steps, row -> {
      boolean fits = wanted.entrySet().stream().allMatch(entry -> entry.getValue().contains(row.labels.get(entry.getKey())));
      if (fits) {
        context.hold(row.size(), call);
        infos.computeIfAbsent(row.labels.keep(IDENTIFYING), k -> new TreeMap<>())
            .computeIfAbsent(row.labels.metricName(), n -> new ArrayList<>()).add(row.copy());
      }
    });
    return infos;
  }

  /** The labels with those of the newest info series at a step, or null if a condition on them is not met. */
  private @Nullable Labels enrich(Labels base, Map<String, List<Row>> candidates, int step) {
    Labels.Builder builder = base.toBuilder();
    Map<String, String> added = new HashMap<>();
    boolean found = false;
    for (List<Row> series : candidates.values()) {
      Row info = newest(series, step);
      if (info == null) {
        continue;
      }
      found = true;
      for (int i = 0; i < info.labels.size(); i++) {
        add(info.labels.name(i), info.labels.value(i), base, added);
      }
    }
    boolean optional = dataMatchers.values().stream().flatMap(List::stream).allMatch(Matcher::matchesMissing);
    if (!found && !optional) {
      return null;
    }
    added.forEach(builder::set);
    return builder.build();
  }

  private void add(String name, String value, Labels base, Map<String, String> added) {
    boolean asked = dataMatchers.isEmpty() || dataMatchers.containsKey(name);
    if (name.equals(Labels.METRIC_NAME) || !asked) {
      return;
    }
    String other = added.get(name);
    if (other != null && !other.equals(value)) {
      throw context.failure("conflicting label: " + name);
    }
    if (!base.has(name)) {
      added.put(name, value);
    }
  }

  private @Nullable Row newest(List<Row> series, int step) {
    Row newest = null;
    for (Row row : series) {
      if (!row.isPresent(step)) {
        continue;
      }
      if (newest != null && newest.floats[step] == row.floats[step]) {
        throw context.failure("found duplicate series for info metric: existing " + newest.labels + ", new " + row.labels
            + " @ " + Math.round(row.floats[step] * 1000));
      }
      if (newest == null || row.floats[step] > newest.floats[step]) {
        newest = row;
      }
    }
    return newest;
  }
}
