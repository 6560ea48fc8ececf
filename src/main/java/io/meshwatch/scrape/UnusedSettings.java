package io.meshwatch.scrape;

import java.util.Map;

/** The settings of a {@code prometheus.yml} that have nothing to do with scraping: they are not used, and where meshwatch sets them is told. */
final class UnusedSettings {
  private static final Map<String, String> GLOBAL = Map.of(
      "evaluation_interval", "`evaluationInterval` sets it for all rules",
      "rule_query_offset", "`query_offset` of each group in a rule file sets it",
      "external_labels", "meshwatch adds no labels to what others get; `installation` names it in mails",
      "query_log_file", "meshwatch keeps no log of queries");
  private static final Map<String, String> SECTIONS = Map.of(
      "alerting", "`notification.alertmanagers` names Alertmanagers",
      "rule_files", "`rules.files` names rule files",
      "remote_write", "meshwatch sends its samples to nobody; others can ask for them at /federate and /api/v1/read",
      "remote_read", "meshwatch reads nothing but its own store",
      "storage", "`retention` and `store` say what is kept and how",
      "tracing", "meshwatch writes no traces",
      "otlp", "meshwatch takes no OTLP",
      "runtime", "its memory is set for the Java program");

  private UnusedSettings() {}

  /** Adds a warning for each setting under {@code global} that is not used. */
  static void tellOfGlobal(YamlFields global) {
    tell(global, GLOBAL);
  }

  /** Adds a warning for each section that is not used. */
  static void tellOfSections(YamlFields file) {
    tell(file, SECTIONS);
  }

  private static void tell(YamlFields fields, Map<String, String> unused) {
    unused.forEach((name, instead) -> {
      String value = fields.inShort(name);
      if (!value.isEmpty()) {
        fields.warning(name, name + ": " + value + " is not used; " + instead);
      }
    });
  }
}
