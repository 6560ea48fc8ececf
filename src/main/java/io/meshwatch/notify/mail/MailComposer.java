package io.meshwatch.notify.mail;

import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.notify.mail.MailView.Card;
import io.meshwatch.notify.mail.MailView.Label;
import io.meshwatch.notify.mail.MailView.Section;
import io.meshwatch.notify.mail.template.JtealertsGenerated;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts alerts into words, then into text and HTML. Safe for all threads. */
public final class MailComposer {
  private static final int TITLE_CHARACTERS_MAX = 200;
  private static final int SUBJECT_TITLE_CHARACTERS_MAX = 120;
  private static final int PARAGRAPH_CHARACTERS_MAX = 6000;
  private static final int LABEL_CHARACTERS_MAX = 200;
  private static final int LABELS_MAX = 24;

  /**
   * The mail to one recipient.
   *
   * @param references message ids of the conversation so far
   */
  public MailMessage compose(AlertMail mail, String recipient, String messageId, List<String> references) {
    MailView view = view(mail);
    return new MailMessage(recipient, view.subject(), MailText.write(view), html(view), messageId, references, listId(mail.installation()),
        mail.urgent(), mail.sentAtMillis(), pictures(mail, view));
  }

  /** A mail that proves the way to a mailbox. */
  public MailMessage test(String installation, String recipient, String messageId, long nowMillis) {
    String name = installation.isEmpty() ? "this installation" : installation;
    MailView view = new MailView(
        suffixed("Test mail from meshwatch", installation), "This is a test", installation,
        "If you can read this, alerts from " + name + " reach this mailbox.", List.of(), "", "", "");
    return new MailMessage(recipient, view.subject(), MailText.write(view), html(view), messageId, List.of(), listId(installation), false, nowMillis);
  }

  /** Pictures of the charts that the cards name. */
  private static Map<String, byte[]> pictures(AlertMail mail, MailView view) {
    Map<String, byte[]> pictures = new LinkedHashMap<>();
    view.sections().stream().flatMap(section -> section.cards().stream()).filter(card -> !card.chartId().isEmpty()).forEach(card -> {
      AlertMail.Chart chart = Objects.requireNonNull(mail.charts().get(card.alert()));
      pictures.put(card.chartId(), PngChart.draw(chart.curve(), chart.threshold()));
    });
    return pictures;
  }

  private static String html(MailView view) {
    // The template src/main/jte/alerts.jte is compiled with the code, so what it uses is checked by the compiler.
    StringOutput output = new StringOutput();
    JtealertsGenerated.render(new OwaspHtmlTemplateOutput(output), null, view);
    return output.toString();
  }

  private static String listId(String installation) {
    String name = installation.isEmpty() ? "default" : installation.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-");
    return "alerts." + name + ".meshwatch";
  }

  static MailView view(AlertMail mail) {
    List<Section> sections = sections(mail);
    int shown = sections.stream().mapToInt(s -> s.cards().size()).sum();
    int left = mail.size() - shown;
    return new MailView(
        subject(mail),
        MailHeadline.counts(mail),
        mail.installation(),
        note(mail),
        sections,
        left == 0 ? "" : left + (left == 1 ? " more alert is" : " more alerts are") + " not shown here; the " + shown + " most important are.",
        linkOrEmpty(mail.pageUrl()),
        "Times are " + mail.zone().getId() + ". Written " + AlertWords.time(mail.sentAtMillis(), mail.sentAtMillis(), mail.zone()) + ".");
  }

  private static String subject(AlertMail mail) {
    String title = mostImportant(mail).map(AlertWords::title).orElse("");
    String more = mail.size() > 1 && title.length() < SUBJECT_TITLE_CHARACTERS_MAX ? " +" + (mail.size() - 1) + " more" : "";
    return suffixed(MailHeadline.counts(mail) + ": " + Truncation.toCharacters(title, SUBJECT_TITLE_CHARACTERS_MAX) + more, mail.installation());
  }

  /** News before all else, the worst of them. */
  private static Optional<Alert> mostImportant(AlertMail mail) {
    return Stream.of(mail.news(), mail.resolved(), mail.missed(), mail.still())
        .filter(section -> !section.isEmpty()).findFirst().flatMap(section -> section.stream().min(Severity.WORST_FIRST));
  }

  private static String suffixed(String subject, String installation) {
    return installation.isEmpty() ? subject : subject + " [" + installation + "]";
  }

  private static String note(AlertMail mail) {
    return mail.delayedSinceMillis() == 0 ? "" : "This mail is late: the mail relay did not take it since "
        + AlertWords.time(mail.delayedSinceMillis(), mail.sentAtMillis(), mail.zone()) + ".";
  }

  private static List<Section> sections(AlertMail mail) {
    List<Section> sections = new ArrayList<>();
    int room = mail.alertsShownMax();
    room = add(sections, "New", true, mail.news(), mail, room);
    room = add(sections, "Resolved", false, mail.resolved(), mail, room);
    room = add(sections, "Over before a mail could be sent", false, mail.missed(), mail, room);
    add(sections, "Still firing", true, mail.still(), mail, room);
    return List.copyOf(sections);
  }

  private static int add(List<Section> sections, String title, boolean firing, List<Alert> alerts, AlertMail mail, int room) {
    List<Card> cards = alerts.stream().sorted(Severity.WORST_FIRST).limit(room).map(a -> card(a, firing, mail)).toList();
    if (!cards.isEmpty()) {
      sections.add(new Section(title, firing, cards));
    }
    return room - cards.size();
  }

  private static Card card(Alert alert, boolean firing, AlertMail mail) {
    String when = firing ? AlertWords.since(alert, mail.sentAtMillis(), mail.zone()) : AlertWords.fromTo(alert, mail.sentAtMillis(), mail.zone());
    return new Card(
        Severity.of(alert),
        firing,
        Truncation.toCharacters(AlertWords.title(alert), TITLE_CHARACTERS_MAX),
        when,
        AlertWords.value(alert),
        Truncation.toCharacters(mail.care().getOrDefault(alert.labels(), ""), PARAGRAPH_CHARACTERS_MAX),
        Truncation.toCharacters(AlertWords.meaning(alert), PARAGRAPH_CHARACTERS_MAX),
        // What is over needs none.
        firing ? Truncation.toCharacters(AlertWords.firstSteps(alert), PARAGRAPH_CHARACTERS_MAX) : "",
        Truncation.toCharacters(AlertWords.details(alert), PARAGRAPH_CHARACTERS_MAX),
        AlertWords.labelsShown(alert).stream().limit(LABELS_MAX).map(MailComposer::label).toList(),
        linkOrEmpty(alert.annotations().get("runbook_url")),
        linkOrEmpty(alert.generatorUrl()),
        alert.labels(),
        mail.charts().containsKey(alert.labels()) ? "chart-" + Long.toHexString(alert.labels().fingerprint()) + "@meshwatch" : "",
        AlertWords.chart(alert, mail));
  }

  private static Label label(Labels one) {
    return new Label(one.name(0), Truncation.toCharacters(one.value(0), LABEL_CHARACTERS_MAX));
  }

  /** The text if it is an absolute web address, else nothing: a label must not make a link that runs something. */
  private static String linkOrEmpty(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme());
      return web && uri.getHost() != null ? text : "";
    } catch (URISyntaxException e) {
      return "";
    }
  }
}
