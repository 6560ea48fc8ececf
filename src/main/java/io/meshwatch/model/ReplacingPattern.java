package io.meshwatch.model;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A regular expression in RE2 syntax that finds and replaces within a text. As in Go, and unlike in RE2/J, several groups may have one
 * name. Immutable and safe for all threads.
 *
 * @see <a href="https://pkg.go.dev/regexp#Regexp.ReplaceAllString">Regexp.ReplaceAllString</a>
 */
public final class ReplacingPattern {
  private final Pattern pattern;
  private final Map<String, List<Integer>> names;

  private ReplacingPattern(Pattern pattern, Map<String, List<Integer>> names) {
    this.pattern = pattern;
    this.names = names;
  }

  /** Compiles; throws {@link IllegalArgumentException} with the reason if the pattern is invalid or too long. */
  public static ReplacingPattern compile(String source) {
    if (source.length() > AnchoredPattern.ENGINE_PATTERN_CHARACTERS_MAX) {
      throw new IllegalArgumentException("regular expression has " + source.length() + " characters, at most "
          + AnchoredPattern.ENGINE_PATTERN_CHARACTERS_MAX + " are allowed");
    }
    GroupNames groups = new GroupNames(source);
    try {
      return new ReplacingPattern(Pattern.compile(groups.withoutRepeatedNames()), groups.names);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("error parsing regexp: " + e.getDescription() + ": `" + source + "`", e);
    }
  }

  public boolean find(String text) {
    return pattern.matcher(text).find();
  }

  /**
   * The text with each match replaced by the template, in which {@code $1}, {@code ${1}} and {@code $name} mean groups. An empty match
   * right behind another match is none.
   */
  public String replaceAll(String text, String template) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = new StringBuilder();
    int end = 0;
    while (matcher.find()) {
      boolean abutsAsNothing = matcher.end() == end && matcher.start() == end && end > 0;
      if (abutsAsNothing) {
        continue;
      }
      out.append(text, end, matcher.start()).append(Template.expand(template, matcher, name -> names.getOrDefault(name, List.of())));
      end = matcher.end();
    }
    return out.append(text, end, text.length()).toString();
  }

  /** Reads the groups of a pattern: by name the numbers of all groups that have it. */
  private static final class GroupNames {
    private final String source;
    private final StringBuilder rewritten = new StringBuilder();
    final Map<String, List<Integer>> names = new HashMap<>();
    private int groups;
    private int at;

    GroupNames(String source) {
      this.source = source;
    }

    /** The same pattern in which only the first of the groups with one name keeps it. */
    String withoutRepeatedNames() {
      while (at < source.length()) {
        switch (source.charAt(at)) {
          case '\\' -> escape();
          case '[' -> characterClass();
          case '(' -> group();
          default -> copy(1);
        }
      }
      return rewritten.toString();
    }

    private void copy(int characters) {
      int end = Math.min(source.length(), at + characters);
      rewritten.append(source, at, end);
      at = end;
    }

    private void escape() {
      int quoteEnd = source.startsWith("\\Q", at) ? source.indexOf("\\E", at) : at;
      copy(quoteEnd < 0 ? source.length() : quoteEnd - at + 2);
    }

    private void characterClass() {
      copy(source.startsWith("[^", at) ? 2 : 1);
      copy(1);
      while (at < source.length() && source.charAt(at) != ']') {
        copy(source.charAt(at) == '\\' ? 2 : 1);
      }
    }

    private void group() {
      int nameStart = source.startsWith("(?P<", at) ? at + 4 : source.startsWith("(?<", at) ? at + 3 : -1;
      int nameEnd = nameStart < 0 ? -1 : source.indexOf('>', nameStart);
      if (nameEnd < 0) {
        groups += source.startsWith("(?", at) ? 0 : 1;
        copy(1);
        return;
      }
      List<Integer> sameName = names.computeIfAbsent(source.substring(nameStart, nameEnd), name -> new ArrayList<>());
      sameName.add(++groups);
      if (sameName.size() == 1) {
        copy(nameEnd + 1 - at);
      } else {
        rewritten.append('(');
        at = nameEnd + 1;
      }
    }
  }
}
