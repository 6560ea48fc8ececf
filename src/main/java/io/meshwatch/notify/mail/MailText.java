package io.meshwatch.notify.mail;

import io.meshwatch.notify.mail.MailView.Card;
import io.meshwatch.notify.mail.MailView.Label;
import io.meshwatch.notify.mail.MailView.Section;
import java.util.Locale;
import java.util.stream.Collectors;

/** A mail as plain text, for readers without HTML and for watches and lock screens, which show its first lines. */
final class MailText {
  private MailText() {}

  static String write(MailView view) {
    StringBuilder out = new StringBuilder();
    line(out, view.headline() + (view.installation().isEmpty() ? "" : " on " + view.installation()));
    if (!view.note().isEmpty()) {
      line(out, view.note());
    }
    for (Section section : view.sections()) {
      line(out, "");
      line(out, "== " + section.title() + " ==");
      section.cards().forEach(card -> card(out, card));
    }
    if (!view.more().isEmpty()) {
      line(out, "");
      line(out, view.more());
    }
    line(out, "");
    if (!view.pageUrl().isEmpty()) {
      line(out, "All alerts: " + view.pageUrl());
    }
    if (!view.times().isEmpty()) {
      line(out, view.times());
    }
    return out.toString();
  }

  private static void card(StringBuilder out, Card card) {
    line(out, "");
    line(out, card.badge().toUpperCase(Locale.ROOT) + ": " + card.title());
    line(out, (card.firing() ? "Firing " : "Fired ") + card.when() + (card.value().isEmpty() ? "" : ", value " + card.value()));
    optional(out, "", card.care());
    optional(out, "", card.chartText());
    optional(out, "", card.meaning());
    optional(out, "First steps: ", card.firstSteps());
    optional(out, "", card.details());
    optional(out, "Labels: ", card.labels().stream().map(MailText::label).collect(Collectors.joining(", ")));
    optional(out, "Runbook: ", card.runbookUrl());
    optional(out, "Expression: ", card.sourceUrl());
  }

  private static String label(Label label) {
    return label.name() + "=" + label.value();
  }

  private static void optional(StringBuilder out, String prefix, String text) {
    if (!text.isEmpty()) {
      line(out, prefix + text);
    }
  }

  private static void line(StringBuilder out, String text) {
    out.append(text).append('\n');
  }
}
