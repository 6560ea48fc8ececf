package io.meshwatch.tsdb.index;

import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Matcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the series that meet all matchers. A matcher that needs the label is a set to intersect with; one that also accepts its
 * absence is a set to take away, namely that of the values it rejects.
 */
public final class Selection {
  private Selection() {}

  /** The series that meet all matchers; all series if there are none. */
  public static Postings select(LabelSource source, List<Matcher> matchers) {
    List<Postings> needed = new ArrayList<>(matchers.size());
    List<Postings> excluded = new ArrayList<>();
    for (Matcher matcher : matchers) {
      if (matchesEverything(matcher)) {
        continue;
      }
      if (matcher.matchesMissing()) {
        excluded.add(rejected(source, matcher));
      } else {
        Postings accepted = accepted(source, matcher);
        if (accepted.isEmpty()) {
          return Postings.EMPTY;
        }
        needed.add(accepted);
      }
    }
    needed.sort(Comparator.comparingInt(Postings::size));
    Postings result = needed.isEmpty() ? source.all() : needed.getFirst();
    for (int i = 1; i < needed.size() && !result.isEmpty(); i++) {
      result = Postings.and(result, needed.get(i));
    }
    for (Postings list : excluded) {
      result = Postings.andNot(result, list);
    }
    return result;
  }

  private static boolean matchesEverything(Matcher matcher) {
    return matcher.op() == Matcher.Op.MATCH && matcher.value().equals(".*");
  }

  /** Series with a value that meets the matcher. */
  private static Postings accepted(LabelSource source, Matcher matcher) {
    if (matcher.op() == Matcher.Op.EQUAL) {
      return source.postings(matcher.name(), matcher.value());
    }
    List<String> literals = literals(matcher, Matcher.Op.MATCH);
    return union(source, matcher.name(), literals == null ? filtered(source, matcher, true) : literals);
  }

  /** Series with a value that does not meet the matcher. */
  private static Postings rejected(LabelSource source, Matcher matcher) {
    if (matcher.op() == Matcher.Op.NOT_EQUAL) {
      return source.postings(matcher.name(), matcher.value());
    }
    List<String> literals = literals(matcher, Matcher.Op.NOT_MATCH);
    return union(source, matcher.name(), literals == null ? filtered(source, matcher, false) : literals);
  }

  private static List<String> filtered(LabelSource source, Matcher matcher, boolean wanted) {
    List<String> values = new ArrayList<>();
    for (String value : source.values(matcher.name())) {
      if (matcher.matches(value) == wanted) {
        values.add(value);
      }
    }
    return values;
  }

  private static Postings union(LabelSource source, String name, List<String> values) {
    List<Postings> lists = new ArrayList<>(values.size());
    for (String value : values) {
      Postings list = source.postings(name, value);
      if (!list.isEmpty()) {
        lists.add(list);
      }
    }
    return Postings.or(lists);
  }

  /** The values that a regular expression lists, if it is no more than an alternation of texts, for an operator; else null. */
  private static @Nullable List<String> literals(Matcher matcher, Matcher.Op op) {
    AnchoredPattern pattern = matcher.pattern();
    return pattern == null || matcher.op() != op ? null : pattern.literals();
  }
}
