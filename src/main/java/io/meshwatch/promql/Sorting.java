package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.Call;
import java.util.Comparator;
import java.util.List;

/**
 * {@code sort}, {@code sort_desc}, {@code sort_by_label} and {@code sort_by_label_desc}. They order the answer of an instant query;
 * a range query's answer is always ordered by labels.
 */
final class Sorting {
  private final Evaluator evaluator;
  private final Call call;

  Sorting(Evaluator evaluator, Call call) {
    this.evaluator = evaluator;
    this.call = call;
  }

  void run(Steps steps, RowSink sink) {
    QueryContext context = evaluator.context();
    Expr argument = call.arguments().getFirst();
    boolean byLabel = call.function().name().startsWith("sort_by_label");
    if (steps.count() > 1) {
      context.annotations.sortIneffective(call.position());
      evaluator.vector(argument, steps, row -> {
        if (byLabel || keepFloats(row)) {
          sink.accept(row);
        }
      });
      return;
    }
    List<Row> rows = evaluator.rows(argument, steps);
    boolean descending = call.function().name().endsWith("_desc");
    if (byLabel) {
      List<String> labels = call.arguments().stream().skip(1).map(Evaluator::string).toList();
      Comparator<Row> order = byLabels(labels);
      rows.sort(descending ? order.reversed() : order);
      rows.forEach(sink::accept);
      return;
    }
    rows.removeIf(row -> !row.isFloat(0));
    rows.sort((a, b) -> compare(a.floats[0], b.floats[0], descending));
    rows.forEach(sink::accept);
  }

  /** Histograms have no place in an order of values; false if nothing is left. */
  private static boolean keepFloats(Row row) {
    for (int i = 0; i < row.size() && row.histograms != null; i++) {
      if (!row.isFloat(i)) {
        row.clear(i);
      }
    }
    return !row.isEmpty();
  }

  /** NaN comes last in both directions. */
  private static int compare(double a, double b, boolean descending) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }
    int order = a < b ? -1 : a > b ? 1 : 0;
    return descending ? -order : order;
  }

  private static Comparator<Row> byLabels(List<String> labels) {
    Comparator<Row> order = Comparator.comparing(row -> row.labels);
    for (String label : labels.reversed()) {
      Comparator<Row> byLabel = (a, b) -> naturally(a.labels.get(label), b.labels.get(label));
      order = byLabel.thenComparing(order);
    }
    return order;
  }

  /** Compares texts with the numbers in them taken as numbers: a2 before a10. */
  static int naturally(String a, String b) {
    int i = 0;
    int j = 0;
    while (i < a.length() && j < b.length()) {
      int endA = endOfChunk(a, i);
      int endB = endOfChunk(b, j);
      int order = compareChunks(a.substring(i, endA), b.substring(j, endB));
      if (order != 0) {
        return order;
      }
      i = endA;
      j = endB;
    }
    int rest = Boolean.compare(i < a.length(), j < b.length());
    return rest != 0 ? rest : Labels.compareText(a, b);
  }

  private static int endOfChunk(String text, int from) {
    boolean digits = isDigit(text.charAt(from));
    int at = from + 1;
    while (at < text.length() && isDigit(text.charAt(at)) == digits) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static int compareChunks(String a, String b) {
    if (!isDigit(a.charAt(0)) || !isDigit(b.charAt(0))) {
      return Labels.compareText(a, b);
    }
    String numberA = a.replaceFirst("^0+(?=.)", "");
    String numberB = b.replaceFirst("^0+(?=.)", "");
    return numberA.length() != numberB.length() ? Integer.compare(numberA.length(), numberB.length()) : numberA.compareTo(numberB);
  }
}
