package io.meshwatch.notify;

import io.meshwatch.gotemplate.Arguments;
import io.meshwatch.gotemplate.FunctionException;
import io.meshwatch.gotemplate.GoDuration;
import io.meshwatch.gotemplate.GoFunction;
import io.meshwatch.gotemplate.GoObject;
import io.meshwatch.gotemplate.GoTime;
import io.meshwatch.gotemplate.SafeContent;
import io.meshwatch.gotemplate.TemplateException;
import io.meshwatch.gotemplate.TemplateOptions;
import io.meshwatch.gotemplate.TemplateSet;
import io.meshwatch.gotemplate.TextFunctions;
import io.meshwatch.gotemplate.TimeLayout;
import io.meshwatch.gotemplate.TypedMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Alertmanager's notification templates: Go templates with its functions, over {@link TemplateData}. Immutable.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/notifications/">Notification template reference</a>
 */
final class NotificationTemplates {
  /** What files that were written for Alertmanager may call; the texts are ours. */
  private static final String BASE = """
      {{ define "__alertmanager" }}meshwatch{{ end }}
      {{ define "__alertmanagerURL" }}{{ .ExternalURL }}/alerts?receiver={{ urlquery .Receiver }}{{ end }}
      {{ define "__subject" }}[{{ toUpper .Status }}{{ with .Alerts.Firing }}:{{ len . }}{{ end }}] {{ join " " .GroupLabels.SortedPairs.Values -}}
      {{ with (.CommonLabels.Remove .GroupLabels.Names).SortedPairs.Values }} ({{ join " " . }}){{ end }}{{ end }}
      {{ define "__description" }}{{ end }}
      {{ define "__text_alert_list" }}{{ range . }}Labels:
      {{ range .Labels.SortedPairs }} - {{ .Name }} = {{ .Value }}
      {{ end }}Annotations:
      {{ range .Annotations.SortedPairs }} - {{ .Name }} = {{ .Value }}
      {{ end }}Source: {{ .GeneratorURL }}
      {{ end }}{{ end }}
      {{ define "__summary_list" }}{{ range .Alerts.Firing }}- {{ or .Annotations.summary .Labels.alertname }}
      {{ end }}{{ range .Alerts.Resolved }}- over: {{ or .Annotations.summary .Labels.alertname }}
      {{ end }}{{ end }}
      {{ define "__card_list" }}{{ range .Alerts }}**{{ if eq .Status "resolved" }}Over: {{ end }}{{ or .Annotations.summary .Labels.alertname }}**

      {{ with .Annotations.description }}{{ . }}

      {{ end }}{{ range .Labels.SortedPairs }}{{ .Name }}: {{ .Value }}  {{ end }}

      {{ end }}{{ end }}
      {{ define "slack.default.username" }}{{ template "__alertmanager" . }}{{ end }}
      {{ define "slack.default.title" }}{{ template "__subject" . }}{{ end }}
      {{ define "slack.default.titlelink" }}{{ template "__alertmanagerURL" . }}{{ end }}
      {{ define "slack.default.fallback" }}{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}{{ end }}
      {{ define "slack.default.text" }}{{ template "__summary_list" . }}{{ end }}
      {{ define "slack.default.pretext" }}{{ end }}{{ define "slack.default.callbackid" }}{{ end }}{{ define "slack.default.footer" }}{{ end }}
      {{ define "slack.default.iconemoji" }}{{ end }}{{ define "slack.default.iconurl" }}{{ end }}
      {{ define "msteams.default.title" }}{{ template "__subject" . }}{{ end }}
      {{ define "msteams.default.summary" }}{{ template "__subject" . }}{{ end }}
      {{ define "msteams.default.text" }}{{ template "__card_list" . }}{{ end }}
      {{ define "msteamsv2.default.title" }}{{ template "__subject" . }}{{ end }}
      {{ define "msteamsv2.default.text" }}{{ template "__card_list" . }}{{ end }}
      {{ define "pagerduty.default.description" }}{{ template "__subject" . }}{{ end }}
      {{ define "pagerduty.default.client" }}{{ template "__alertmanager" . }}{{ end }}
      {{ define "pagerduty.default.clientURL" }}{{ template "__alertmanagerURL" . }}{{ end }}
      {{ define "pagerduty.default.instances" }}{{ template "__text_alert_list" . }}{{ end }}
      {{ define "email.default.subject" }}{{ template "__subject" . }}{{ end }}
      {{ define "email.default.html" }}<!DOCTYPE html><html><head><meta charset="utf-8"><title>{{ template "__subject" . }}</title></head><body>
      <h1>{{ template "__subject" . }}</h1>{{ range .Alerts }}<h2>{{ .Status }}: {{ .Labels.alertname }}</h2><ul>
      {{ range .Labels.SortedPairs }}<li>{{ .Name }} = {{ .Value }}</li>{{ end }}
      {{ range .Annotations.SortedPairs }}<li>{{ .Name }}: {{ .Value }}</li>{{ end }}</ul>
      {{ with .GeneratorURL }}<p><a href="{{ . }}">Source</a></p>{{ end }}{{ end }}</body></html>{{ end }}
      """;
  /** The name of a receiver's own text: it has none. */
  private static final String OWN = "";
  private static final int ROUTE_LABEL_DEPTH_MAX = 20;

  private final TemplateSet set;

  private NotificationTemplates(TemplateSet set) {
    this.set = set;
  }

  /** Our templates under Alertmanager's names. */
  static NotificationTemplates base() {
    return new NotificationTemplates(TemplateSet.withFunctions(names()).parse("base", BASE));
  }

  /** These templates with those of a file; throws {@link TemplateException} with the place if it is none. */
  NotificationTemplates with(String file, String text) {
    return new NotificationTemplates(set.parse(file, text));
  }

  /** Throws {@link TemplateException} if the text is no template. */
  void check(String text) {
    own(text);
  }

  /** The text that a template gives for some data. */
  String text(String template, @Nullable Object data, long nowMillis) {
    return own(template).execute(OWN, data, new Functions(set, data, nowMillis).all(), TemplateOptions.ZERO);
  }

  /** As {@link #text}, each value escaped for its place in the document. */
  String html(String template, @Nullable Object data, long nowMillis) {
    return own(template).executeHtml(OWN, data, new Functions(set, data, nowMillis).all(), TemplateOptions.ZERO);
  }

  private TemplateSet own(String template) {
    return set.parse(OWN, template);
  }

  private static Set<String> names() {
    return new Functions(null, null, 0).all().keySet();
  }

  /** The functions for one execution. */
  private static final class Functions {
    private final @Nullable TemplateSet set;
    private final @Nullable Object data;
    private final long nowMillis;
    private final Set<String> openRouteLabels = new HashSet<>();

    Functions(@Nullable TemplateSet set, @Nullable Object data, long nowMillis) {
      this.set = set;
      this.data = data;
      this.nowMillis = nowMillis;
    }

    Map<String, GoFunction> all() {
      Map<String, GoFunction> all = new HashMap<>(TextFunctions.ALL);
      texts(all);
      times(all);
      collections(all);
      all.put("routeLabels", GoFunction.of(1, a -> routeLabel(a.text(0))));
      return all;
    }

    private static void texts(Map<String, GoFunction> all) {
      all.put("trimSpace", GoFunction.of(1, a -> a.text(0).strip()));
      all.put("join", GoFunction.of(2, a -> a.list(1).stream().map(String::valueOf).collect(Collectors.joining(a.text(0)))));
      all.put("safeUrl", GoFunction.of(1, a -> new SafeContent(SafeContent.Kind.URL, a.text(0))));
      all.put("urlUnescape", GoFunction.of(1, a -> unescaped(a.text(0))));
      all.put("toJson", GoFunction.of(1, a -> TemplateJson.write(a.any(0))));
      all.put("base64encode", GoFunction.of(1, a -> Base64.getEncoder().encodeToString(a.text(0).getBytes(StandardCharsets.UTF_8))));
      all.put("base64decode", GoFunction.of(1, a -> decoded(a.text(0))));
    }

    private void times(Map<String, GoFunction> all) {
      all.put("date", GoFunction.of(2, a -> TimeLayout.format(time(a, 1).time(), a.text(0))));
      all.put("tz", GoFunction.of(2, a -> new GoTime(time(a, 1).time().withZoneSameInstant(zone(a.text(0))))));
      all.put("since", GoFunction.of(1, a ->
          new GoDuration(Duration.between(time(a, 0).time(), GoTime.ofMillis(nowMillis).time()).toNanos())));
      all.put("now", GoFunction.of(0, a -> GoTime.ofMillis(nowMillis)));
      all.put("toDate", GoFunction.of(2, a -> parsedOr(a.text(0), a.text(1))));
      all.put("mustToDate", GoFunction.of(2, a -> new GoTime(TimeLayout.parse(a.text(0), a.text(1)))));
    }

    private static GoTime time(Arguments arguments, int index) {
      return arguments.object(index, GoTime.class, "time.Time");
    }

    private static ZoneId zone(String name) {
      try {
        return ZoneId.of(name);
      } catch (DateTimeException e) {
        throw new FunctionException("unknown time zone " + name, e);
      }
    }

    /** A text that is no such time gives Go's zero time. */
    private static GoTime parsedOr(String layout, String text) {
      try {
        return new GoTime(TimeLayout.parse(layout, text));
      } catch (FunctionException e) {
        return GoTime.ZERO;
      }
    }

    private static void collections(Map<String, GoFunction> all) {
      all.put("stringSlice", GoFunction.variadic(0, a -> a.from(0)));
      all.put("list", GoFunction.variadic(0, a -> a.from(0)));
      all.put("append", GoFunction.variadic(1, a -> {
        List<@Nullable Object> longer = new ArrayList<>(a.list(0));
        longer.addAll(a.from(1));
        return longer;
      }));
      all.put("dict", GoFunction.variadic(0, Functions::dictionary));
    }

    private static Object dictionary(Arguments arguments) {
      if (arguments.size() % 2 != 0) {
        throw new FunctionException("dict expects an even number of arguments, got " + arguments.size());
      }
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      for (int i = 0; i < arguments.size(); i += 2) {
        map.put(arguments.text(i), arguments.any(i + 1));
      }
      return map;
    }

    private static String unescaped(String text) {
      try {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw new FunctionException("invalid URL escape in " + text, e);
      }
    }

    private static String decoded(String text) {
      try {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        throw new FunctionException("illegal base64 data", e);
      }
    }

    /** A label of the route, itself a template that may name others; one that needs itself is refused. */
    private Object routeLabel(String name) {
      String template = routeLabels().getOrDefault(name, "");
      TemplateSet known = set;
      if (known == null || template.isEmpty()) {
        return "";
      }
      if (openRouteLabels.size() >= ROUTE_LABEL_DEPTH_MAX || !openRouteLabels.add(name)) {
        throw new FunctionException("route label " + name + " needs itself");
      }
      try {
        return known.parse(name, template).execute(name, data, all(), TemplateOptions.ZERO);
      } catch (TemplateException e) {
        throw new FunctionException(String.valueOf(e.getMessage()), e);
      } finally {
        openRouteLabels.remove(name);
      }
    }

    private Map<String, String> routeLabels() {
      Object labels = data instanceof Map<?, ?> map ? map.get("RouteLabels") : null;
      Object plain = labels instanceof GoObject object ? object.plain() : labels;
      Map<?, ?> entries = plain instanceof TypedMap typed ? typed.entries() : plain instanceof Map<?, ?> map ? map : Map.of();
      Map<String, String> texts = new HashMap<>();
      entries.forEach((key, value) -> texts.put(String.valueOf(key), String.valueOf(value)));
      return texts;
    }
  }
}
