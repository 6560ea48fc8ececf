package io.meshwatch.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a series: label names with their values, sorted by name, each name once. Immutable.
 *
 * <p>Names and values are ordered by their UTF-8 bytes, as Prometheus orders them (Java's own {@code String.compareTo} orders
 * surrogate pairs before U+E000). A label with an empty value is the same as no label and is never stored. The metric name is
 * the value of the label {@value #METRIC_NAME}.
 */
public final class Labels implements Comparable<Labels> {
  public static final String METRIC_NAME = "__name__";
  public static final String JOB = "job";
  public static final String INSTANCE = "instance";
  public static final String BUCKET = "le";
  public static final String QUANTILE = "quantile";
  public static final Labels EMPTY = new Labels(new String[0]);

  /** Name, value, name, value…; names ascend strictly. */
  private final String[] pairs;

  private int hash;

  private Labels(String[] pairs) {
    this.pairs = pairs;
  }

  /** Labels from name, value, name, value… in any order; a later name replaces an earlier one. */
  public static Labels of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("expected name and value in turn, got " + namesAndValues.length + " strings");
    }
    Builder builder = new Builder(EMPTY);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  /** Labels from a map in any order. */
  public static Labels of(Map<String, String> map) {
    Builder builder = new Builder(EMPTY);
    map.forEach(builder::set);
    return builder.build();
  }

  /**
   * Labels from an array that is sorted already: name, value, name, value…, names strictly ascending by UTF-8, no value empty.
   * The array now belongs to the labels. For parsers and readers, which check the order themselves.
   */
  public static Labels ofSorted(String[] sortedPairs) {
    return sortedPairs.length == 0 ? EMPTY : new Labels(sortedPairs);
  }

  /** How many labels there are, the metric name included. */
  public int size() {
    return pairs.length / 2;
  }

  public boolean isEmpty() {
    return pairs.length == 0;
  }

  public String name(int index) {
    return pairs[2 * index];
  }

  public String value(int index) {
    return pairs[2 * index + 1];
  }

  /** The value of a label, or the empty string if there is no such label. */
  public String get(String name) {
    int at = indexOf(name);
    return at < 0 ? "" : pairs[2 * at + 1];
  }

  public boolean has(String name) {
    return indexOf(name) >= 0;
  }

  /** The value of {@value #METRIC_NAME}, or the empty string. */
  public String metricName() {
    return get(METRIC_NAME);
  }

  private int indexOf(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) {
        return i / 2;
      }
    }
    return -1;
  }

  /** A builder that starts with these labels. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  public static Builder builder() {
    return new Builder(EMPTY);
  }

  /** These labels without the metric name. */
  public Labels withoutMetricName() {
    return has(METRIC_NAME) ? without(List.of(METRIC_NAME)) : this;
  }

  /** Only the named labels. */
  public Labels keep(Collection<String> names) {
    List<String> kept = new ArrayList<>(pairs.length);
    for (int i = 0; i < pairs.length; i += 2) {
      if (names.contains(pairs[i])) {
        kept.add(pairs[i]);
        kept.add(pairs[i + 1]);
      }
    }
    return kept.size() == pairs.length ? this : ofSorted(kept.toArray(String[]::new));
  }

  /** All but the named labels. */
  public Labels without(Collection<String> names) {
    List<String> kept = new ArrayList<>(pairs.length);
    for (int i = 0; i < pairs.length; i += 2) {
      if (!names.contains(pairs[i])) {
        kept.add(pairs[i]);
        kept.add(pairs[i + 1]);
      }
    }
    return kept.size() == pairs.length ? this : ofSorted(kept.toArray(String[]::new));
  }

  /** The labels as a map, sorted by name. */
  public Map<String, String> toMap() {
    Map<String, String> map = new TreeMap<>(Labels::compareText);
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  /**
   * A 64-bit hash that stays the same across processes and versions: FNV-1a over the UTF-8 bytes of names and values, each
   * followed by 0xFF. The same as an Alertmanager fingerprint.
   *
   * @see <a href="https://datatracker.ietf.org/doc/html/draft-eastlake-fnv">FNV</a>
   */
  public long fingerprint() {
    long h = 0xcbf29ce484222325L;
    for (String text : pairs) {
      for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
        h = (h ^ (b & 0xFF)) * 0x100000001b3L;
      }
      h = (h ^ 0xFF) * 0x100000001b3L;
    }
    return h;
  }

  /** Compares two texts by their UTF-8 bytes, which is the order of their code points. */
  @SuppressWarnings("ReferenceEquality") // A short cut: most labels of one store share their strings.
  public static int compareText(String a, String b) {
    if (a == b) {
      return 0;
    }
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean xSurrogate = Character.isSurrogate(x);
        boolean ySurrogate = Character.isSurrogate(y);
        return xSurrogate == ySurrogate ? Character.compare(x, y) : xSurrogate ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  @Override
  public int compareTo(Labels other) {
    int common = Math.min(pairs.length, other.pairs.length);
    for (int i = 0; i < common; i++) {
      int order = compareText(pairs[i], other.pairs[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(pairs.length, other.pairs.length);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other == this
        || (other instanceof Labels labels && hashCode() == labels.hashCode() && Arrays.equals(pairs, labels.pairs));
  }

  @Override
  public int hashCode() {
    int h = hash;
    if (h == 0) {
      h = mixedHash();
      hash = h;
    }
    return h;
  }

  /**
   * Texts of labels differ in a character or two, and their sums by powers of 31 are often the same: of 501,000 series of nodes 28,000
   * shared theirs with another, and with this mixing 30.
   */
  private int mixedHash() {
    long h = pairs.length;
    for (String text : pairs) {
      h = (h ^ text.hashCode()) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 32;
    }
    return (int) h;
  }

  /** As PromQL prints a series without its name in front: {@code {a="b", c="d"}}, values quoted and escaped. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < pairs.length; i += 2) {
      text.append(i == 0 ? "" : ", ").append(Names.quoteUnlessLegacy(pairs[i])).append('=').append(Names.quote(pairs[i + 1]));
    }
    return text.append('}').toString();
  }

  /** Changes labels one by one. Confined to one thread; may be used again after {@link #build}. */
  public static final class Builder {
    private String[] pairs;
    private int length;

    private Builder(Labels base) {
      pairs = Arrays.copyOf(base.pairs, base.pairs.length + 8);
      length = base.pairs.length;
    }

    /** Starts again from these labels, keeping the memory. */
    public Builder reset(Labels base) {
      if (pairs.length < base.pairs.length) {
        pairs = new String[base.pairs.length + 8];
      }
      System.arraycopy(base.pairs, 0, pairs, 0, base.pairs.length);
      length = base.pairs.length;
      return this;
    }

    /** Sets a label; an empty value removes it. */
    public Builder set(String name, String value) {
      int at = 0;
      while (at < length) {
        int order = compareText(pairs[at], name);
        if (order == 0) {
          if (value.isEmpty()) {
            return remove(name);
          }
          pairs[at + 1] = value;
          return this;
        }
        if (order > 0) {
          break;
        }
        at += 2;
      }
      return value.isEmpty() ? this : insert(at, name, value);
    }

    private Builder insert(int at, String name, String value) {
      if (length + 2 > pairs.length) {
        pairs = Arrays.copyOf(pairs, pairs.length * 2);
      }
      System.arraycopy(pairs, at, pairs, at + 2, length - at);
      pairs[at] = name;
      pairs[at + 1] = value;
      length += 2;
      return this;
    }

    /** Removes a label if it is there. */
    public Builder remove(String name) {
      for (int i = 0; i < length; i += 2) {
        if (pairs[i].equals(name)) {
          System.arraycopy(pairs, i + 2, pairs, i, length - i - 2);
          length -= 2;
          return this;
        }
      }
      return this;
    }

    /** The value so far, or the empty string. */
    public String get(String name) {
      for (int i = 0; i < length; i += 2) {
        if (pairs[i].equals(name)) {
          return pairs[i + 1];
        }
      }
      return "";
    }

    public Labels build() {
      return ofSorted(Arrays.copyOf(pairs, length));
    }
  }
}
