package io.meshwatch.rules;

import io.meshwatch.gotemplate.Arguments;
import io.meshwatch.gotemplate.Escapes;
import io.meshwatch.gotemplate.FunctionException;
import io.meshwatch.gotemplate.GoDuration;
import io.meshwatch.gotemplate.GoFunction;
import io.meshwatch.gotemplate.Humanize;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.gotemplate.TemplateOptions;
import io.meshwatch.gotemplate.TemplateSet;
import io.meshwatch.gotemplate.TextFunctions;
import io.meshwatch.gotemplate.TypedMap;
import io.meshwatch.model.Labels;
import io.meshwatch.model.PromDuration;
import io.meshwatch.promql.Value;
import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Expands the labels and annotations of alerts: Go templates with the functions and variables that Prometheus documents.
 * Immutable but for the queries it makes; one for each evaluation.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/template_reference/">Template reference</a>
 */
final class RuleTemplates {
  /** The variables of alert templates; on the template's first line so that lines in messages stay right. */
  private static final String VARIABLES =
      "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}";
  private static final TemplateSet NO_TEMPLATES = TemplateSet.withFunctions(names());
  private static final Pattern PORT = Pattern.compile("(.*):\\d+$", Pattern.DOTALL);
  /** How deep {@code tmpl} may call itself. */
  private static final int CALLS_MAX = 50;

  private final Query query;
  private final Labels externalLabels;
  private final String externalUrl;
  private final long atMillis;

  /** Answers a template's query at the time of the evaluation. */
  @FunctionalInterface
  interface Query {
    /** Throws {@link FunctionException} with the reason if there is no answer. */
    List<Value.Sample> vector(String expression);
  }

  RuleTemplates(Query query, Labels externalLabels, String externalUrl, long atMillis) {
    this.query = query;
    this.externalLabels = externalLabels;
    this.externalUrl = externalUrl;
    this.atMillis = atMillis;
  }

  private static Set<String> names() {
    return new RuleTemplates(q -> List.of(), Labels.EMPTY, "", 0).functions(null).keySet();
  }

  /** Throws {@link TemplateException} if the text is no template for alerts. */
  static void check(String name, String text) {
    parse(name, text);
  }

  private static TemplateSet parse(String name, String text) {
    return NO_TEMPLATES.parse(name, VARIABLES + text);
  }

  /** The text for one result; a template that fails becomes a text that says so, so that the alert is not lost. */
  String expandForAlert(String name, String text, Value.Sample sample) {
    if (!text.contains("{{")) {
      return text;
    }
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("Labels", TypedMap.ofTexts(sample.labels().toMap()));
    data.put("ExternalLabels", TypedMap.ofTexts(externalLabels.toMap()));
    data.put("ExternalURL", externalUrl);
    data.put("Value", sample.value());
    try {
      return execute(name, parse(name, text), data, TemplateOptions.ZERO);
    } catch (TemplateException e) {
      return "<error expanding template: " + e.getMessage() + ">";
    }
  }

  /** The text of any template with these functions. */
  String expand(String name, String text, @Nullable Object data, TemplateOptions options) {
    return execute(name, NO_TEMPLATES.parse(name, text), data, options);
  }

  private String execute(String name, TemplateSet set, @Nullable Object data, TemplateOptions options) {
    return set.execute(name, data, functions(set), options);
  }

  private Map<String, GoFunction> functions(@Nullable TemplateSet set) {
    Map<String, GoFunction> all = new HashMap<>(TextFunctions.ALL);
    queryFunctions(all);
    numberFunctions(all);
    all.put("stripPort", GoFunction.of(1, a -> stripPort(a.text(0))));
    all.put("stripDomain", GoFunction.of(1, a -> stripDomain(a.text(0))));
    all.put("graphLink", GoFunction.of(1, a -> "/graph?g0.expr=" + Escapes.query(a.text(0)) + "&g0.tab=0"));
    all.put("tableLink", GoFunction.of(1, a -> "/graph?g0.expr=" + Escapes.query(a.text(0)) + "&g0.tab=1"));
    all.put("urlQueryEscape", GoFunction.of(1, a -> Escapes.query(a.text(0))));
    all.put("externalURL", GoFunction.of(0, a -> externalUrl));
    all.put("pathPrefix", GoFunction.of(0, a -> pathPrefix()));
    all.put("args", GoFunction.variadic(0, RuleTemplates::args));
    all.put("tmpl", GoFunction.of(2, new NamedTemplate(set, all)::call));
    return all;
  }

  private void queryFunctions(Map<String, GoFunction> all) {
    all.put("query", GoFunction.of(1, a -> TemplateSample.Results.of(query.vector(a.text(0)))));
    all.put("first", GoFunction.of(1, RuleTemplates::first));
    all.put("label", GoFunction.of(2, a -> sample(a, 1).labels().getOrDefault(a.text(0), "")));
    all.put("value", GoFunction.of(1, a -> sample(a, 0).value()));
    all.put("strvalue", GoFunction.of(1, a -> sample(a, 0).labels().getOrDefault("__value__", "")));
    all.put("sortByLabel", GoFunction.of(2, a -> results(a, 1).sortedBy(a.text(0))));
  }

  private void numberFunctions(Map<String, GoFunction> all) {
    all.put("humanize", GoFunction.of(1, a -> Humanize.decimal(a.number(0))));
    all.put("humanize1024", GoFunction.of(1, a -> Humanize.binary(a.number(0))));
    all.put("humanizePercentage", GoFunction.of(1, a -> Humanize.percentage(a.number(0))));
    all.put("humanizeTimestamp", GoFunction.of(1, a -> Humanize.timestamp(a.number(0))));
    all.put("toTime", GoFunction.of(1, a -> Humanize.time(a.number(0))));
    all.put("toDuration", GoFunction.of(1, a -> GoDuration.ofSeconds(a.number(0))));
    all.put("parseDuration", GoFunction.of(1, a -> durationSeconds(a.text(0))));
    all.put("now", GoFunction.of(0, a -> atMillis / 1000.0));
  }

  private static TemplateSample.Results results(Arguments arguments, int index) {
    return arguments.object(index, TemplateSample.Results.class, "template.queryResult");
  }

  private static TemplateSample sample(Arguments arguments, int index) {
    return arguments.object(index, TemplateSample.class, "*template.sample");
  }

  private static Object first(Arguments arguments) {
    List<TemplateSample> samples = results(arguments, 0).samples();
    if (samples.isEmpty()) {
      throw new FunctionException("first() called on vector with no elements");
    }
    return samples.getFirst();
  }

  private static Object args(Arguments arguments) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      map.put("arg" + i, arguments.any(i));
    }
    return map;
  }

  private static double durationSeconds(String text) {
    boolean negative = text.startsWith("-");
    try {
      long millis = PromDuration.parseMillis(negative ? text.substring(1) : text);
      return (negative ? -millis : millis) / 1000.0;
    } catch (IllegalArgumentException e) {
      throw new FunctionException(String.valueOf(e.getMessage()), e);
    }
  }

  private String pathPrefix() {
    String path = URI.create(externalUrl).getPath();
    return path == null ? "" : path;
  }

  /** The host of {@code host:port}; other texts as they are. */
  private static String stripPort(String address) {
    var matcher = PORT.matcher(address);
    if (!matcher.matches()) {
      return address;
    }
    String host = matcher.group(1);
    if (host.startsWith("[") && host.endsWith("]")) {
      return host.substring(1, host.length() - 1);
    }
    return host.contains(":") ? address : host;
  }

  /** The first part of a host name, its port kept; addresses as they are. */
  private static String stripDomain(String hostAndPort) {
    String host = stripPort(hostAndPort);
    boolean address = host.contains(":") || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    int dot = host.indexOf('.');
    if (address || dot < 0) {
      return hostAndPort;
    }
    return host.substring(0, dot) + hostAndPort.substring(host.length());
  }

  /** {@code tmpl}: the text of a template whose name is computed. */
  private static final class NamedTemplate {
    private final @Nullable TemplateSet set;
    private final Map<String, GoFunction> functions;
    private int depth;

    NamedTemplate(@Nullable TemplateSet set, Map<String, GoFunction> functions) {
      this.set = set;
      this.functions = functions;
    }

    Object call(Arguments arguments) {
      String name = arguments.text(0);
      if (set == null || !set.has(name)) {
        throw new FunctionException("template \"" + name + "\" not defined");
      }
      if (depth >= CALLS_MAX) {
        throw new FunctionException("tmpl calls itself more than " + CALLS_MAX + " deep");
      }
      depth++;
      try {
        return set.execute(name, arguments.any(1), functions, TemplateOptions.ZERO);
      } catch (TemplateException e) {
        throw new FunctionException(String.valueOf(e.getMessage()), e);
      } finally {
        depth--;
      }
    }
  }
}
