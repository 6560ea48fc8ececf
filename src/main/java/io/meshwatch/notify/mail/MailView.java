package io.meshwatch.notify.mail;

import io.meshwatch.model.Labels;
import java.util.List;

/**
 * A mail about alerts in words, before it is text or HTML: everything the template shows, nothing to be computed there.
 *
 * @param subject the subject line
 * @param headline what changed
 * @param installation name of the installation; may be empty
 * @param note a remark above the alerts, such as why the mail is late; may be empty
 * @param sections groups of alerts, in order
 * @param more how many alerts are not written out, in words; empty if all are
 * @param pageUrl address of meshwatch's page; empty = no link
 * @param times in which time zone, and when this was written
 */
public record MailView(
    String subject,
    String headline,
    String installation,
    String note,
    List<Section> sections,
    String more,
    String pageUrl,
    String times) {
  /** Alerts with the same news. */
  public record Section(String title, boolean firing, List<Card> cards) {}

  /**
   * One alert.
   *
   * @param severity how bad it is
   * @param firing whether it fires now
   * @param title what and where, one line
   * @param when since when, or from when to when
   * @param value the expression's value; empty if unknown
   * @param care who takes care of it; may be empty
   * @param meaning what it means, in a sentence or a paragraph
   * @param firstSteps what to do first; may be empty
   * @param details what was seen, lines that may be aligned; may be empty
   * @param labels names and values, in order
   * @param runbookUrl safe to be a link; empty if there is none
   * @param sourceUrl page with the expression, safe to be a link; empty if there is none
   * @param alert labels of the alert
   * @param chartId content id of its chart; empty if there is none
   * @param chartText what the chart shows, for those who do not see it
   */
  public record Card(
      Severity severity,
      boolean firing,
      String title,
      String when,
      String value,
      String care,
      String meaning,
      String firstSteps,
      String details,
      List<Label> labels,
      String runbookUrl,
      String sourceUrl,
      Labels alert,
      String chartId,
      String chartText) {
    /** The severity as people read it, for a resolved alert that it is over. */
    public String badge() {
      return firing ? severity.word() : "resolved";
    }

    /** Name of the style that gives the badge its colour. */
    public String tone() {
      return firing ? severity.word() : "ok";
    }
  }

  /** A label with its value. */
  public record Label(String name, String value) {}
}
