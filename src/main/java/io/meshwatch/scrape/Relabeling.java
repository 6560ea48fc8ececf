package io.meshwatch.scrape;

import com.google.re2j.Matcher;
import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Relabel rules, compiled, applied one after the other. Immutable and safe for all threads. */
public final class Relabeling {
  private record Step(RelabelRule rule, AnchoredPattern pattern) {}

  private final List<Step> steps;
  private final boolean legacyNamesOnly;

  private Relabeling(List<Step> steps, boolean legacyNamesOnly) {
    this.steps = steps;
    this.legacyNamesOnly = legacyNamesOnly;
  }

  /** Compiles rules that were checked; a bad pattern throws {@link IllegalArgumentException}. */
  public static Relabeling compile(List<RelabelRule> rules, boolean legacyNamesOnly) {
    List<Step> steps = new ArrayList<>();
    rules.forEach(r -> steps.add(new Step(r, AnchoredPattern.compile(r.regex()))));
    return new Relabeling(List.copyOf(steps), legacyNamesOnly);
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /** The labels after all rules, or null if a rule dropped them. */
  public @Nullable Labels apply(Labels labels) {
    if (steps.isEmpty()) {
      return labels;
    }
    Labels.Builder builder = labels.toBuilder();
    for (Step step : steps) {
      if (!apply(step, builder)) {
        return null;
      }
    }
    return builder.build();
  }

  /** Applies one rule; returns whether the labels are kept. */
  private boolean apply(Step step, Labels.Builder labels) {
    RelabelRule rule = step.rule;
    String value = joined(rule, labels);
    switch (rule.action()) {
      case KEEP -> {
        return step.pattern.matches(value);
      }
      case DROP -> {
        return !step.pattern.matches(value);
      }
      case KEEP_EQUAL -> {
        return labels.get(rule.targetLabel()).equals(value);
      }
      case DROP_EQUAL -> {
        return !labels.get(rule.targetLabel()).equals(value);
      }
      case REPLACE -> replace(step, value, labels);
      case LOWERCASE -> labels.set(rule.targetLabel(), value.toLowerCase(Locale.ROOT));
      case UPPERCASE -> labels.set(rule.targetLabel(), value.toUpperCase(Locale.ROOT));
      case HASH_MOD -> labels.set(rule.targetLabel(), hashModulo(value, rule.modulus()));
      case LABEL_MAP -> mapLabels(step, labels);
      case LABEL_DROP -> removeLabels(step.pattern, labels, true);
      case LABEL_KEEP -> removeLabels(step.pattern, labels, false);
    }
    return true;
  }

  private static String joined(RelabelRule rule, Labels.Builder labels) {
    List<String> values = new ArrayList<>();
    rule.sourceLabels().forEach(name -> values.add(labels.get(name)));
    return String.join(rule.separator(), values);
  }

  private void replace(Step step, String value, Labels.Builder labels) {
    Matcher match = step.pattern.engine().matcher(value);
    if (!match.matches()) {
      return;
    }
    String target = expand(step.rule.targetLabel(), match);
    boolean valid = legacyNamesOnly ? Names.isLegacyLabelName(target) : !target.isEmpty();
    if (valid) {
      labels.set(target, expand(step.rule.replacement(), match));
    }
  }

  private static void mapLabels(Step step, Labels.Builder labels) {
    Labels before = labels.build();
    for (int i = 0; i < before.size(); i++) {
      Matcher match = step.pattern.engine().matcher(before.name(i));
      if (match.matches()) {
        String name = expand(step.rule.replacement(), match);
        if (!name.isEmpty()) {
          labels.set(name, before.value(i));
        }
      }
    }
  }

  private static void removeLabels(AnchoredPattern pattern, Labels.Builder labels, boolean matching) {
    Labels before = labels.build();
    for (int i = 0; i < before.size(); i++) {
      if (pattern.matches(before.name(i)) == matching) {
        labels.remove(before.name(i));
      }
    }
  }

  /** The last eight bytes of MD5 as an unsigned number: the same everywhere, so that instances can share out targets. */
  private static String hashModulo(String value, long modulus) {
    try {
      byte[] hash = MessageDigest.getInstance("MD5").digest(value.getBytes(StandardCharsets.UTF_8));
      return Long.toUnsignedString(Long.remainderUnsigned(ByteBuffer.wrap(hash).getLong(8), modulus));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has MD5", e);
    }
  }

  /** Go's templates: {@code $1}, {@code ${1}}, {@code ${name}}, {@code $$}; a group that is not there is empty. */
  static String expand(String template, Matcher match) {
    if (template.indexOf('$') < 0) {
      return template;
    }
    StringBuilder out = new StringBuilder();
    int i = 0;
    while (i < template.length()) {
      char c = template.charAt(i);
      if (c != '$') {
        out.append(c);
        i++;
      } else if (template.startsWith("$$", i)) {
        out.append('$');
        i += 2;
      } else {
        i = expandGroup(template, i, match, out);
      }
    }
    return out.toString();
  }

  private static int expandGroup(String template, int dollar, Matcher match, StringBuilder out) {
    boolean braces = template.startsWith("{", dollar + 1);
    int from = braces ? dollar + 2 : dollar + 1;
    int to = from;
    while (to < template.length() && isWord(template.charAt(to))) {
      to++;
    }
    boolean closed = !braces || template.startsWith("}", to);
    if (to == from || !closed) {
      out.append('$');
      return dollar + 1;
    }
    out.append(group(match, template.substring(from, to)));
    return braces ? to + 1 : to;
  }

  private static boolean isWord(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private static String group(Matcher match, String name) {
    boolean number = name.chars().allMatch(c -> c >= '0' && c <= '9') && name.length() <= 6;
    if (number) {
      int index = Integer.parseInt(name);
      String text = index <= match.groupCount() ? match.group(index) : null;
      return text == null ? "" : text;
    }
    try {
      String text = match.group(name);
      return text == null ? "" : text;
    } catch (IllegalArgumentException noSuchGroup) {
      return "";
    }
  }
}
