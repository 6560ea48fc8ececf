package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class AlertPackTest {
  private static final long HOUR = 3_600_000;

  private static List<String> expressions() throws IOException {
    Map<?, ?> document = (Map<?, ?>) new Load(LoadSettings.builder().build())
        .loadFromString(Files.readString(Shared.folder("alert-pack/rules.yml")));
    List<String> expressions = new ArrayList<>();
    for (Object group : list(document, "groups")) {
      for (Object rule : list((Map<?, ?>) group, "rules")) {
        expressions.add(String.valueOf(((Map<?, ?>) rule).get("expr")));
      }
    }
    return expressions;
  }

  /** Two series for everything that an expression selects, with the labels its conditions ask for. */
  private static MemoryStore dataFor(Expr expr) {
    MemoryStore store = new MemoryStore();
    for (List<Matcher> matchers : Selectors.of(expr)) {
      Labels.Builder labels = Labels.builder();
      matchers.stream().filter(m -> m.op() == Matcher.Op.EQUAL).forEach(m -> labels.set(m.name(), m.value()));
      for (String instance : List.of("a:1", "b:1")) {
        Labels series = labels.set(Labels.INSTANCE, instance).build();
        for (long time = 0; time <= 2 * HOUR; time += 60_000) {
          store.add(series, time, time / 60_000.0);
        }
      }
    }
    return store;
  }

  @Test
  void readsAndEvaluatesEveryRuleWithoutExperimentalSwitches() throws IOException {
    QueryEngine engine = new QueryEngine(QueryOptions.DEFAULT, Fakes.ONE, Fakes.CLOCK);
    List<String> wrong = new ArrayList<>();
    List<String> expressions = expressions();
    for (String text : expressions) {
      try {
        Expr expr = engine.parse(text);
        MemoryStore store = dataFor(expr);
        engine.instant(store, text, 2 * HOUR, QueryLimits.DEFAULT);
        engine.range(store, text, HOUR, 2 * HOUR, 60_000, QueryLimits.DEFAULT);
        assertThat(Printer.print(engine.parse(Printer.print(expr)))).isEqualTo(Printer.print(expr));
        assertThat(Printer.print(engine.parse(Printer.format(expr)))).isEqualTo(Printer.print(expr));
      } catch (ParseException e) {
        wrong.add(text + ": " + e.getMessage());
      } catch (QueryException e) {
        if (e.reason() != QueryException.Reason.EXECUTION) {
          wrong.add(text + ": " + e.getMessage());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(expressions).hasSizeGreaterThan(50);
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return map.get(key) instanceof List<?> list ? list : List.of();
  }
}
