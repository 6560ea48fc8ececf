package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a query answers. */
public sealed interface Value {
  ValueType type();

  record Scalar(long timestampMillis, double value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.SCALAR;
    }
  }

  record Text(long timestampMillis, String value) implements Value {
    @Override
    public ValueType type() {
      return ValueType.STRING;
    }
  }

  /** At most one sample for each label set, all at the same time. */
  record Vector(List<Sample> samples) implements Value {
    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }
  }

  /** Series sorted by labels (results of range queries), each with at least one point. */
  record Matrix(List<Points> series) implements Value {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }
  }

  /** A float ({@code histogram} is null) or a histogram. */
  record Sample(Labels labels, long timestampMillis, double value, @Nullable Histogram histogram) {}

  /** Points of one series as columns, floats and histograms apart, each ascending in time. */
  record Points(Labels labels, long[] floatTimestamps, double[] floats, long[] histogramTimestamps, Histogram[] histograms) {}
}
