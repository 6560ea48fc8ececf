package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates give here what the real amtool makes of them with the same alerts. */
@Tag("peers")
class AmtoolTemplatesTest {
  private static final Path AMTOOL = Path.of("/usr/bin/amtool");
  private static final long PATIENCE_SECONDS = 30;
  private static final String URL = "https://watch.example.com";
  private static final long NOW = Instant.parse("2026-03-14T02:17:00Z").toEpochMilli();
  private static final String FILE = """
      {{ define "slack.title" }}[{{ .Status | toUpper }}{{ if eq .Status "firing" }}:{{ .Alerts.Firing | len }}{{ end }}] {{ .CommonLabels.alertname }}{{ end }}
      {{ define "list" }}{{ range . }}
      - {{ .Labels.host }}{{ if .Annotations.summary }}: {{ .Annotations.summary }}{{ end }} since {{ .StartsAt.Format "Mon 02 Jan 15:04:05 MST" }}
      {{- end }}{{ end }}
      {{ define "colour" }}{{ if eq .Status "firing" }}{{ if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}{{ else }}good{{ end }}{{ end }}
      """;

  @TempDir Path folder;

  @BeforeEach
  void needsAmtool() {
    assumeTrue(Files.isExecutable(AMTOOL), "amtool is missing: apt-get install prometheus-alertmanager");
  }

  private static Alert alert(String host, long minutesAgo, long endsAtMillis) {
    return new Alert(Labels.of("alertname", "DiskFull", "host", host, "severity", "critical", "job", "node"),
        Labels.of("summary", "<b>" + host + "</b> is \"full\" & slow", "runbook_url", "https://runbooks/x?a=1&b=2"), NOW - minutesAgo * 60_000, endsAtMillis, NOW,
        "https://watch.example.com/graph?g0.expr=x+%3E+1&g0.tab=1", OptionalDouble.of(1));
  }

  private static Notification notification() {
    return new Notification("id", "{}:{alertname=\"DiskFull\"}", Labels.of("alertname", "DiskFull"), "team/chat", Map.of(),
        List.of(alert("db-1", 3, NOW + 600_000), alert("db-2", 90, NOW + 600_000)), List.of(alert("db-3", 200, NOW - 1000)), List.of(), List.of(), Map.of());
  }

  private static Map<String, @Nullable Object> data() {
    return TemplateData.of(notification(), URL, NOW);
  }

  /** What amtool prints for a template. */
  private String amtool(String template, String type) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("file.tmpl"), FILE);
    Path json = Files.writeString(folder.resolve("data.json"), WebhookMessage.write(notification(), 0, URL, NOW));
    Path output = folder.resolve("output.txt");
    Process process = new ProcessBuilder(AMTOOL.toString(), "template", "render", "--template.glob=" + file, "--template.text=" + template,
        "--template.type=" + type, "--template.data=" + json).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "{{ template \"slack.title\" . }} {{ template \"colour\" . }}",
    "{{ template \"list\" .Alerts.Firing }}\nover:{{ template \"list\" .Alerts.Resolved }}",
    "{{ .Receiver }} {{ .Status }} {{ .ExternalURL }} {{ len .Alerts }}",
    "{{ .GroupLabels }} {{ .CommonLabels.SortedPairs.Values | join \", \" }} {{ .CommonLabels.Names }}",
    "{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values | join \" \" }}{{ end }}",
    "{{ range .CommonLabels.SortedPairs }}{{ .Name }}={{ .Value | printf \"%q\" }};{{ end }}",
    "{{ range $i, $a := .Alerts }}{{ if $i }}, {{ end }}{{ $a.Labels.host | title }}/{{ $a.Status }}{{ end }}",
    "{{ (index .Alerts 0).StartsAt }} {{ (index .Alerts 0).StartsAt.Unix }} {{ (index .Alerts 2).EndsAt.Year }}",
    "{{ (index .Alerts 0).EndsAt.IsZero }} {{ (index .Alerts 2).EndsAt.IsZero }} {{ (index .Alerts 2).EndsAt.Sub (index .Alerts 2).StartsAt }}",
    "{{ reReplaceAll \"db-(.*)\" \"database $1\" (index .Alerts 1).Labels.host }} {{ match \"^Disk\" .CommonLabels.alertname }}",
    "{{ (index .Alerts 0).GeneratorURL }} {{ (index .Alerts 0).Fingerprint }} {{ (index .Alerts 0).Labels.missing }}",
    "{{ stringSlice \"a\" \"b\" | join \"-\" }} {{ toLower \"ABC\" }} {{ .CommonAnnotations.runbook_url | urlquery }} {{ html .CommonAnnotations }}",
    "{{ range .Alerts.Firing }}{{ .Annotations.SortedPairs.Values }}{{ else }}none{{ end }}",
    "{{- /* a comment */ -}} {{ if and (gt (len .Alerts.Firing) 1) (not .CommonLabels.host) }}several{{ else }}one{{ end }}",
    "{{ define \"own\" }}<{{ . }}>{{ end }}{{ range .GroupLabels.Values }}{{ template \"own\" . }}{{ end }}"
  })
  void givesTheSameText(String template) throws Exception {
    assertThat(NotificationTemplates.base().with("file.tmpl", FILE).text(template, data(), NOW)).isEqualTo(amtool(template, "text"));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "<p title=\"{{ (index .Alerts 0).Annotations.summary }}\">{{ (index .Alerts 0).Annotations.summary }}</p>",
    "<a href=\"{{ .ExternalURL }}/x?q={{ .CommonLabels.alertname }}&h={{ (index .Alerts 0).Annotations.summary }}\">{{ .Status }}</a>",
    "<a href=\"{{ .CommonAnnotations.runbook_url }}\">x</a><script>var s = {{ (index .Alerts 0).Annotations.summary }};</script>",
    "<script>var s = '{{ (index .Alerts 0).Annotations.summary }}', n = {{ len .Alerts }}, t = \"{{ .CommonAnnotations.runbook_url }}\";</script>",
    "<b onclick=\"go({{ (index .Alerts 0).Annotations.summary }}, '{{ .ExternalURL }}')\">x</b>",
    "{{ range .Alerts }}<li>{{ .Annotations.summary | safeHtml }}</li>{{ end }}",
    "<ul>{{ template \"list\" .Alerts }}</ul>"
  })
  void givesTheSameHtml(String template) throws Exception {
    assertThat(NotificationTemplates.base().with("file.tmpl", FILE).html(template, data(), NOW)).isEqualTo(amtool(template, "html"));
  }
}
