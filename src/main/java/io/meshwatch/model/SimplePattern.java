package io.meshwatch.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression that needs no engine: an alternation of sequences of literal texts with {@code .*} or {@code .+} around
 * and between them. {@code foo|bar}, {@code (?i:foo).*}, {@code .*foo.*}, {@code a(b|c)d} and {@code eth[0-4]} are of this kind.
 *
 * <p>Sequences of one literal are looked up in a set, the others tried one by one: the first literal must be the value's
 * beginning, the last its end, and those between are searched from left to right, which finds a match if there is one. Immutable.
 */
final class SimplePattern {
  /** Most alternatives without gaps that are made of one pattern. */
  private static final int LITERALS_MAX = 10_000;

  /** Most alternatives that are tried one by one. */
  private static final int GLOBS_MAX = 64;

  /** Most characters of a class such as {@code [a-z]}. */
  private static final int CLASS_CHARACTERS_MAX = 64;

  /** Most pieces of a sequence: reading takes the square of it. */
  private static final int PIECES_MAX = 256;

  /** Deepest nesting of groups. */
  private static final int DEPTH_MAX = 50;

  private static final String META = "\\.+*?()|[]{}^$";

  /** A piece of a sequence. */
  private sealed interface Piece {}

  private record Text(String text, boolean ignoreCase) implements Piece {}

  /** Any characters, at least {@code charactersMin}. */
  private record Gap(int charactersMin) implements Piece {}

  private final Set<String> exact;
  private final Set<String> folded;
  private final List<Glob> globs;

  private SimplePattern(Set<String> exact, Set<String> folded, List<Glob> globs) {
    this.exact = exact;
    this.folded = folded;
    this.globs = globs;
  }

  /** The pattern, or null if it needs an engine (or is not valid). */
  static @Nullable SimplePattern of(String source) {
    Reader reader = new Reader(source);
    List<List<Piece>> sequences = reader.whole();
    if (sequences == null) {
      return null;
    }
    Set<String> exact = new HashSet<>();
    Set<String> folded = new HashSet<>();
    List<Glob> globs = new ArrayList<>();
    for (List<Piece> sequence : sequences) {
      List<Piece> pieces = joined(sequence);
      if (pieces.isEmpty()) {
        exact.add("");
      } else if (pieces.size() == 1 && pieces.getFirst() instanceof Text text) {
        (text.ignoreCase ? folded : exact).add(text.ignoreCase ? fold(text.text) : text.text);
      } else if (isSearchedFromLeftToRight(pieces)) {
        globs.add(new Glob(pieces));
      } else {
        return null;
      }
    }
    return globs.size() > GLOBS_MAX ? null : new SimplePattern(exact, folded, globs);
  }

  /** Behind a gap, a text that another one must follow may have to be found further right than where it stands first. */
  private static boolean isSearchedFromLeftToRight(List<Piece> pieces) {
    boolean gapBefore = false;
    for (int i = 0; i + 1 < pieces.size(); i++) {
      gapBefore |= pieces.get(i) instanceof Gap;
      if (gapBefore && pieces.get(i) instanceof Text && pieces.get(i + 1) instanceof Text) {
        return false;
      }
    }
    return true;
  }

  /** Neighbouring texts of the same kind and neighbouring gaps made one. */
  private static List<Piece> joined(List<Piece> sequence) {
    List<Piece> joined = new ArrayList<>();
    for (Piece piece : sequence) {
      Piece last = joined.isEmpty() ? null : joined.getLast();
      if (piece instanceof Text text && last instanceof Text before && before.ignoreCase == text.ignoreCase) {
        joined.set(joined.size() - 1, new Text(before.text + text.text, text.ignoreCase));
      } else if (piece instanceof Gap gap && last instanceof Gap before) {
        joined.set(joined.size() - 1, new Gap(before.charactersMin + gap.charactersMin));
      } else {
        joined.add(piece);
      }
    }
    return joined;
  }

  boolean matches(String value) {
    if (exact.contains(value)) {
      return true;
    }
    if (!folded.isEmpty() && folded.contains(fold(value))) {
      return true;
    }
    for (Glob glob : globs) {
      if (glob.matches(value)) {
        return true;
      }
    }
    return false;
  }

  /** All values that match, sorted, or null if they cannot be listed. */
  @Nullable List<String> literals() {
    return folded.isEmpty() && globs.isEmpty() ? exact.stream().sorted(Labels::compareText).toList() : null;
  }

  /** What every matching value begins with. */
  String prefix() {
    boolean oneGlob = exact.isEmpty() && folded.isEmpty() && globs.size() == 1;
    return oneGlob && globs.getFirst().pieces.getFirst() instanceof Text text && !text.ignoreCase ? text.text : "";
  }

  /** Lower case for ASCII and the two other characters that fold to ASCII: the Kelvin sign and the long s. */
  private static String fold(String text) {
    char[] folded = text.toCharArray();
    for (int i = 0; i < folded.length; i++) {
      folded[i] = fold(folded[i]);
    }
    return new String(folded);
  }

  private static char fold(char c) {
    if (c >= 'A' && c <= 'Z') {
      return (char) (c + ('a' - 'A'));
    }
    if (c == '\u212A') {
      return 'k';
    }
    return c == '\u017F' ? 's' : c;
  }

  /** A sequence with at least one gap, or texts of both kinds. */
  private static final class Glob {
    private final List<Piece> pieces;

    Glob(List<Piece> pieces) {
      this.pieces = pieces;
    }

    boolean matches(String value) {
      int end = value.length();
      int last = pieces.size() - 1;
      boolean gapBefore = false;
      int at = 0;
      for (int i = 0; i <= last; i++) {
        switch (pieces.get(i)) {
          case Gap gap -> {
            at += gap.charactersMin;
            gapBefore = true;
          }
          case Text text -> {
            boolean atEnd = i == last;
            int found = gapBefore ? find(value, text, at, atEnd) : (startsWith(value, text, at) ? at : -1);
            if (found < 0) {
              return false;
            }
            at = found + text.text.length();
            gapBefore = false;
          }
        }
        if (at > end) {
          return false;
        }
      }
      return gapBefore || at == end;
    }

    /** Where a text stands behind a gap: the first place, or the value's end for the last text. */
    private static int find(String value, Text text, int from, boolean atEnd) {
      if (atEnd) {
        int start = value.length() - text.text.length();
        return start >= from && startsWith(value, text, start) ? start : -1;
      }
      if (!text.ignoreCase) {
        return value.indexOf(text.text, from);
      }
      for (int start = from; start + text.text.length() <= value.length(); start++) {
        if (startsWith(value, text, start)) {
          return start;
        }
      }
      return -1;
    }

    private static boolean startsWith(String value, Text text, int from) {
      if (!text.ignoreCase) {
        return value.startsWith(text.text, from);
      }
      if (from + text.text.length() > value.length()) {
        return false;
      }
      for (int i = 0; i < text.text.length(); i++) {
        if (fold(value.charAt(from + i)) != fold(text.text.charAt(i))) {
          return false;
        }
      }
      return true;
    }
  }

  /** Reads the part of the syntax that is simple; null from any method means that it is not. */
  private static final class Reader {
    private final String source;
    private int at;

    Reader(String source) {
      this.source = source;
    }

    @Nullable List<List<Piece>> whole() {
      List<List<Piece>> all = alternatives(0, false);
      return at == source.length() ? all : null;
    }

    private @Nullable List<List<Piece>> alternatives(int depth, boolean ignoreCaseOutside) {
      if (depth > DEPTH_MAX) {
        return null;
      }
      boolean ignoreCase = ignoreCaseOutside;
      if (source.startsWith("(?i)", at)) {
        at += 4;
        ignoreCase = true;
      }
      List<List<Piece>> all = new ArrayList<>();
      while (true) {
        List<List<Piece>> branch = branch(depth, ignoreCase);
        if (branch == null || all.size() + branch.size() > LITERALS_MAX) {
          return null;
        }
        all.addAll(branch);
        if (peek() != '|') {
          return all;
        }
        at++;
      }
    }

    private @Nullable List<List<Piece>> branch(int depth, boolean ignoreCase) {
      List<List<Piece>> sequences = List.of(List.of());
      if (depth == 0 && peek() == '^') {
        at++;
      }
      while (at < source.length() && peek() != '|' && peek() != ')') {
        if (depth == 0 && peek() == '$' && (at + 1 == source.length() || source.charAt(at + 1) == '|')) {
          at++;
          return sequences;
        }
        List<List<Piece>> next = atom(depth, ignoreCase);
        if (next == null || isQuantifier(peek()) || (long) sequences.size() * next.size() > LITERALS_MAX) {
          return null;
        }
        sequences = followed(sequences, next);
        if (sequences.getFirst().size() > PIECES_MAX) {
          return null;
        }
      }
      return sequences;
    }

    private static List<List<Piece>> followed(List<List<Piece>> first, List<List<Piece>> second) {
      List<List<Piece>> all = new ArrayList<>(first.size() * second.size());
      for (List<Piece> start : first) {
        for (List<Piece> end : second) {
          List<Piece> both = new ArrayList<>(start);
          both.addAll(end);
          all.add(both);
        }
      }
      return all;
    }

    private static boolean isQuantifier(char c) {
      return c == '*' || c == '+' || c == '?' || c == '{';
    }

    private @Nullable List<List<Piece>> atom(int depth, boolean ignoreCase) {
      char c = source.charAt(at);
      if (c == '(') {
        return group(depth, ignoreCase);
      }
      if (c == '.') {
        char quantifier = at + 1 < source.length() ? source.charAt(at + 1) : ' ';
        at += 2;
        return quantifier == '*' || quantifier == '+' ? List.of(List.of(new Gap(quantifier == '+' ? 1 : 0))) : null;
      }
      return c == '[' ? characterClass(ignoreCase) : text(ignoreCase);
    }

    /** A class that lists letters, digits and other plain ASCII characters, one by one or as ranges. */
    private @Nullable List<List<Piece>> characterClass(boolean ignoreCase) {
      int end = source.indexOf(']', at + 2);
      if (end < 0) {
        return null;
      }
      Set<Character> characters = new TreeSet<>();
      for (int i = at + 1; i < end; i++) {
        char from = source.charAt(i);
        boolean isRange = i + 2 < end && source.charAt(i + 1) == '-';
        char to = isRange ? source.charAt(i + 2) : from;
        if (!isPlainInClass(from) || !isPlainInClass(to) || to < from) {
          return null;
        }
        for (char c = from; c <= to; c++) {
          characters.add(c);
        }
        i += isRange ? 2 : 0;
      }
      at = end + 1;
      if (characters.size() > CLASS_CHARACTERS_MAX) {
        return null;
      }
      List<List<Piece>> alternatives = new ArrayList<>(characters.size());
      characters.forEach(c -> alternatives.add(List.of(new Text(c.toString(), ignoreCase))));
      return alternatives;
    }

    private static boolean isPlainInClass(char c) {
      return c >= ' ' && c < 127 && "[]\\^-".indexOf(c) < 0;
    }

    private @Nullable List<List<Piece>> group(int depth, boolean ignoreCase) {
      boolean insensitive = ignoreCase;
      if (source.startsWith("(?:", at) || source.startsWith("(?s:", at)) {
        at = source.indexOf(':', at) + 1;
      } else if (source.startsWith("(?i:", at)) {
        at += 4;
        insensitive = true;
      } else if (source.startsWith("(?", at)) {
        return null;
      } else {
        at++;
      }
      List<List<Piece>> inner = alternatives(depth + 1, insensitive);
      if (inner == null || peek() != ')') {
        return null;
      }
      at++;
      return inner;
    }

    /** As many literal characters as stand here and are not quantified. */
    private @Nullable List<List<Piece>> text(boolean ignoreCase) {
      StringBuilder text = new StringBuilder();
      while (at < source.length()) {
        char c = source.charAt(at);
        boolean escaped = c == '\\' && at + 1 < source.length() && isPunctuation(source.charAt(at + 1));
        if (!escaped && META.indexOf(c) >= 0) {
          break;
        }
        if (ignoreCase && c > 127) {
          return null;
        }
        text.append(escaped ? source.charAt(at + 1) : c);
        at += escaped ? 2 : 1;
      }
      return text.isEmpty() ? null : List.of(List.of(new Text(text.toString(), ignoreCase)));
    }

    private static boolean isPunctuation(char c) {
      return c > ' ' && c < 127 && !Character.isLetterOrDigit(c) && c != '_';
    }

    private char peek() {
      return at < source.length() ? source.charAt(at) : '\uFFFF';
    }
  }
}
