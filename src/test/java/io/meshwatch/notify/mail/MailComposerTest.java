package io.meshwatch.notify.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MailComposerTest {
  private static final long NOW = Instant.parse("2026-03-14T02:17:00Z").toEpochMilli();
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final MailComposer composer = new MailComposer();

  private static Alert alert(long minutesAgo, Labels labels, Labels annotations, double value) {
    return new Alert(labels, annotations, NOW - minutesAgo * 60_000, NOW + 600_000, NOW, "https://watch.example.com/query?expr=up", OptionalDouble.of(value));
  }

  private static Alert sonar() {
    return alert(3,
        Labels.of("alertname", "SonarTargetFailing", "severity", "critical", "component", "sonar", "platform", "aws.aws-main", "project", "my-project",
            "customer", "my-customer", "target", "aws.aws-main", "job", "sonar"),
        Labels.of("summary", "Smoke test my-project / aws.aws-main fails",
            "description", "End-to-end use of meshStack is broken for this platform. Failed step: replicate, reason: timeout after 60 s. "
                + "First: Sonar page: failed step, request and answer, last good run.",
            "runbook_url", "https://watch.example.com/runbooks/SonarTargetFailing"),
        2);
  }

  private static Alert disk() {
    return alert(600,
        Labels.of("alertname", "NodeFilesystemLow", "severity", "warning", "component", "node", "host", "db-1", "instance", "db-1:9100",
            "mountpoint", "/var/lib/mysql", "job", "node"),
        Labels.of("summary", "db-1:9100 /var/lib/mysql has 14.2% left", "description", "Less than 15% and less than 20 GB. First: Find what grew: du -x."),
        0.14249);
  }

  private static Alert target() {
    Alert down = alert(34, Labels.of("alertname", "TargetDown", "severity", "warning", "instance", "web-2:8443", "job", "meshfed-api"),
        Labels.of("summary", "meshfed-api does not answer"), 1);
    return new Alert(down.labels(), down.annotations(), down.startsAtMillis(), NOW - 120_000, NOW, down.generatorUrl(), OptionalDouble.of(0));
  }

  private static AlertMail mail(List<Alert> news, List<Alert> resolved, List<Alert> still) {
    return new AlertMail("prod-eu", "https://watch.example.com", BERLIN, NOW, news, resolved, List.of(), still, 0, 20, Map.of(disk().labels(), "ann takes care of it: disk is <ordered>"), Map.of());
  }

  private MailMessage compose(AlertMail mail) {
    return composer.compose(mail, "ops@example.com", "id@example.com", List.of());
  }

  @Test
  void saysWhatChangedAndWhereInTheSubject() {
    assertThat(compose(mail(List.of(sonar()), List.of(), List.of())).subject())
        .isEqualTo("1 new critical: Smoke test my-project / aws.aws-main fails [prod-eu]");
    assertThat(compose(mail(List.of(), List.of(target()), List.of())).subject())
        .isEqualTo("1 resolved: meshfed-api does not answer (instance web-2:8443) [prod-eu]");
    assertThat(compose(mail(List.of(disk(), sonar()), List.of(target()), List.of())).subject())
        .isEqualTo("2 new (1 critical), 1 resolved: Smoke test my-project / aws.aws-main fails +2 more [prod-eu]");
  }

  @Test
  void tellsStepReasonTimeValueAndFirstStepsInTheText() {
    assertThat(compose(mail(List.of(sonar()), List.of(target()), List.of(disk()))).text()).isEqualTo("""
        1 new critical, 1 resolved, 1 still firing on prod-eu

        == New ==

        CRITICAL: Smoke test my-project / aws.aws-main fails
        Firing since 03:14 (3 min), value 2
        End-to-end use of meshStack is broken for this platform. Failed step: replicate, reason: timeout after 60 s.
        First steps: Sonar page: failed step, request and answer, last good run.
        Labels: platform=aws.aws-main, job=sonar, component=sonar, customer=my-customer, project=my-project, target=aws.aws-main
        Runbook: https://watch.example.com/runbooks/SonarTargetFailing
        Expression: https://watch.example.com/query?expr=up

        == Resolved ==

        RESOLVED: meshfed-api does not answer (instance web-2:8443)
        Fired 02:43 to 03:15 (lasted 32 min), value 0
        Labels: instance=web-2:8443, job=meshfed-api
        Expression: https://watch.example.com/query?expr=up

        == Still firing ==

        WARNING: db-1:9100 /var/lib/mysql has 14.2% left
        Firing since Fri 13 Mar 17:17 (10 h), value 0.1425
        ann takes care of it: disk is <ordered>
        Less than 15% and less than 20 GB.
        First steps: Find what grew: du -x.
        Labels: host=db-1, instance=db-1:9100, job=node, component=node, mountpoint=/var/lib/mysql
        Expression: https://watch.example.com/query?expr=up

        All alerts: https://watch.example.com
        Times are Europe/Berlin. Written 03:17.
        """);
  }

  @Test
  void writesNoHtmlThatCameFromALabel() {
    Alert evil = alert(1,
        Labels.of("alertname", "<script>alert(1)</script>", "severity", "critical\"><img src=x onerror=alert(1)>", "host", "\"><b>x</b>"),
        Labels.of("summary", "</title><script>alert(2)</script>", "description", "<a href='javascript:alert(3)'>x</a>", "runbook_url", "javascript:alert(4)"), 1);
    String html = compose(mail(List.of(evil), List.of(), List.of())).html();
    assertThat(html).doesNotContain("<script", "<img", "<b>x", "<a href='javascript", "href=\"javascript");
    assertThat(html).contains("&lt;script&gt;alert(2)&lt;/script&gt;");
  }

  @Test
  void makesNoLinkOfAnAddressThatIsNotOnTheWeb() {
    Alert alert = new Alert(Labels.of("alertname", "A"), Labels.of("runbook_url", "data:text/html,x"), NOW, NOW + 1, NOW, "file:///etc/passwd", OptionalDouble.empty());
    MailMessage message = compose(mail(List.of(alert), List.of(), List.of()));
    assertThat(message.html()).doesNotContain("data:text", "file:///");
  }

  @Test
  void writesOutTheWorstAlertsAndCountsTheRest() {
    List<Alert> many = IntStream.range(0, 312)
        .mapToObj(i -> alert(1, Labels.of("alertname", "A" + i, "severity", i == 300 ? "critical" : "warning"), Labels.EMPTY, i)).toList();
    MailMessage message = compose(mail(many, List.of(), List.of()));
    assertThat(message.subject()).isEqualTo("312 new (1 critical): A300 +311 more [prod-eu]");
    assertThat(message.text()).contains("CRITICAL: A300", "292 more alerts are not shown here; the 20 most important are.");
  }

  @Test
  void setsWhatWasSeenApartFromWhatItMeans() {
    Alert seen = alert(1, Labels.of("alertname", "Failing"),
        Labels.of("description", "Projects cannot be opened.\nrequest  GET /x\nanswer   <refused>\nFirst: Look at the gateway."), 1);
    MailMessage message = compose(mail(List.of(seen), List.of(), List.of()));
    assertThat(message.text()).contains("Projects cannot be opened.\nFirst steps: Look at the gateway.\nrequest  GET /x\nanswer   <refused>\nExpression");
    assertThat(message.html()).contains("<p>Projects cannot be opened.</p>", "<pre>request  GET /x\nanswer   &lt;refused&gt;</pre>");
  }

  @Test
  void asksNobodyToDoAnythingAboutWhatIsOver() {
    MailMessage message = compose(mail(List.of(), List.of(disk()), List.of()));
    assertThat(message.text()).contains("RESOLVED: db-1:9100").doesNotContain("First steps");
    assertThat(message.html()).doesNotContain("First steps");
  }

  @Test
  void keepsTimesShort() {
    assertThat(AlertWords.duration(45_000)).isEqualTo("45 s");
    assertThat(AlertWords.duration(17 * 60_000)).isEqualTo("17 min");
    assertThat(AlertWords.duration(552 * 60_000)).isEqualTo("9 h 12 min");
    assertThat(AlertWords.duration(52 * 3_600_000L)).isEqualTo("2 d 4 h");
  }

  @Test
  void writesNumbersForPeople() {
    assertThat(AlertWords.number(0.14249)).isEqualTo("0.1425");
    assertThat(AlertWords.number(2)).isEqualTo("2");
    assertThat(AlertWords.number(12345.678)).isEqualTo("12346");
    assertThat(AlertWords.number(99.95)).isEqualTo("99.95");
    assertThat(AlertWords.number(0)).isEqualTo("0");
    assertThat(AlertWords.number(Double.NaN)).isEqualTo("not a number");
    assertThat(AlertWords.number(3e-9)).isEqualTo("3.00e-09");
  }

  /** For looking at: the mail that these alerts make. */
  @Test
  void writesASampleToLookAt() throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "mail"));
    Files.writeString(folder.resolve("sample.html"), compose(mail(List.of(sonar()), List.of(target()), List.of(disk()))).html());
    assertThat(folder.resolve("sample.html")).isNotEmptyFile();
  }
}
