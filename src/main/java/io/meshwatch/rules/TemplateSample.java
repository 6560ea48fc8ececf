package io.meshwatch.rules;

import io.meshwatch.gotemplate.GoFunction;
import io.meshwatch.gotemplate.GoObject;
import io.meshwatch.gotemplate.TypedMap;
import io.meshwatch.promql.Value;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One result of a template's query, with the fields {@code Labels} and {@code Value}. */
record TemplateSample(Map<String, String> labels, double value) implements GoObject {
  /** All results of a query. */
  record Results(List<TemplateSample> samples) implements GoObject {
    static Results of(List<Value.Sample> vector) {
      return new Results(vector.stream().map(s -> new TemplateSample(s.labels().toMap(), s.value())).toList());
    }

    Results sortedBy(String label) {
      Comparator<TemplateSample> byLabel =
          Comparator.comparing(s -> s.labels().getOrDefault(label, ""), io.meshwatch.model.Labels::compareText);
      return new Results(samples.stream().sorted(byLabel).toList());
    }

    @Override
    public String typeName() {
      return "template.queryResult";
    }

    @Override
    public @Nullable GoFunction member(String name) {
      return null;
    }

    @Override
    public Object plain() {
      return samples;
    }
  }

  @Override
  public String typeName() {
    return "*template.sample";
  }

  @Override
  public @Nullable GoFunction member(String name) {
    return switch (name) {
      case "Labels" -> GoFunction.field(TypedMap.ofTexts(labels));
      case "Value" -> GoFunction.field(value);
      default -> null;
    };
  }
}
