package io.meshwatch.model;

/** Finds how often the innermost part of a regular expression is repeated by counted repetitions around it. */
final class RepeatCount {
  private static final long CEILING = Integer.MAX_VALUE;

  private final String pattern;
  private int at;

  private RepeatCount(String pattern) {
    this.pattern = pattern;
  }

  /** The largest product of nested counts such as {@code {2,5}}. */
  static long of(String pattern) {
    RepeatCount count = new RepeatCount(pattern);
    long most = 1;
    while (count.at < pattern.length()) {
      most = Math.max(most, count.group(0));
      count.at++;
    }
    return most;
  }

  /** The largest product up to the parenthesis that closes this group. */
  private long group(int depth) {
    long most = 1;
    while (at < pattern.length() && pattern.charAt(at) != ')') {
      long inner = 1;
      switch (pattern.charAt(at)) {
        case '\\' -> at += 2;
        case '[' -> skipClass();
        case '(' -> {
          at++;
          inner = depth > 500 ? CEILING : group(depth + 1);
          at++;
        }
        default -> at++;
      }
      most = Math.max(most, Math.min(CEILING, inner * repeat()));
    }
    return most;
  }

  private void skipClass() {
    at++;
    if (at < pattern.length() && pattern.charAt(at) == '^') {
      at++;
    }
    int first = at;
    while (at < pattern.length() && (pattern.charAt(at) != ']' || at == first)) {
      at += pattern.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }

  /** The greater number of a counted repetition that stands here, else 1. */
  private long repeat() {
    if (at >= pattern.length() || pattern.charAt(at) != '{') {
      return 1;
    }
    int end = pattern.indexOf('}', at);
    String[] numbers = end < 0 ? new String[0] : pattern.substring(at + 1, end).split(",", -1);
    long most = 0;
    for (String number : numbers) {
      boolean digits = !number.isEmpty() && number.length() < 10 && number.chars().allMatch(c -> c >= '0' && c <= '9');
      most = Math.max(most, digits ? Long.parseLong(number) : 0);
    }
    return Math.max(1, most);
  }
}
