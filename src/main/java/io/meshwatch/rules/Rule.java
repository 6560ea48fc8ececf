package io.meshwatch.rules;

import java.util.Map;

/** One rule as written: an expression that is evaluated again and again. */
public sealed interface Rule permits RecordingRule, AlertingRule {
  /** The series it records, or the alert it raises. */
  String name();

  /** PromQL, known to parse. */
  String expression();

  /** Labels for what it makes, those of the group included; in alerting rules the values are templates. */
  Map<String, String> labels();

  /** Line of the rule in its file, from 1; 0 if it comes from no file. */
  int line();
}
