package io.meshwatch.exposition;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A sink that keeps everything, decoded. */
final class Collected implements ExpositionSink {
  record Entry(String kind, String raw, String text, Labels labels, double value, long timestampMillis, List<Exemplar> exemplars) {}

  record NativeSample(Labels labels, Histogram histogram) {}

  final List<Entry> entries = new ArrayList<>();
  final List<NativeSample> histograms = new ArrayList<>();
  final List<Exemplar> exemplarsOfHistograms = new ArrayList<>();
  final List<Long> created = new ArrayList<>();
  private final boolean openMetrics;
  private MetricMetadata.Type type = MetricMetadata.Type.UNKNOWN;
  private List<Exemplar> exemplars = new ArrayList<>();

  Collected(boolean openMetrics) {
    this.openMetrics = openMetrics;
  }

  static Collected parse(String contentType, byte[] page) {
    ExpositionFormat format = ExpositionFormat.ofContentType(contentType).orElseThrow();
    Collected collected = new Collected(format.isOpenMetrics());
    ExpositionParser.parse(format, page, page.length, collected);
    return collected;
  }

  static Collected parse(String contentType, String page) {
    return parse(contentType, page.getBytes(StandardCharsets.UTF_8));
  }

  List<Entry> samples() {
    return entries.stream().filter(e -> e.kind().equals("sample")).toList();
  }

  private void add(String kind, String raw, String text) {
    entries.add(new Entry(kind, raw, text, Labels.EMPTY, 0, NO_TIMESTAMP, List.of()));
  }

  @Override
  public void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type newType) {
    type = newType;
    add("type", SeriesText.name(page, nameFrom, nameTo), newType.text());
  }

  @Override
  public void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    add("help", SeriesText.name(page, nameFrom, nameTo), SeriesText.help(page, textFrom, textTo, openMetrics));
  }

  @Override
  public void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    add("unit", SeriesText.name(page, nameFrom, nameTo), SeriesText.name(page, textFrom, textTo));
  }

  @Override
  public void sample(byte[] page, int seriesFrom, int seriesTo, double value, long timestampMillis) {
    exemplars = new ArrayList<>();
    String raw = new String(page, seriesFrom, seriesTo - seriesFrom, StandardCharsets.UTF_8);
    entries.add(new Entry("sample", raw, "", SeriesText.labels(page, seriesFrom, seriesTo, type), value, timestampMillis, exemplars));
  }

  @Override
  public void histogram(byte[] page, int seriesFrom, int seriesTo, Histogram histogram, long timestampMillis) {
    histograms.add(new NativeSample(SeriesText.labels(page, seriesFrom, seriesTo, type), histogram));
    exemplars = exemplarsOfHistograms;
  }

  @Override
  public void exemplar(byte[] page, int labelsFrom, int labelsTo, double value, long timestampMillis) {
    exemplars.add(new Exemplar(SeriesText.exemplarLabels(page, labelsFrom, labelsTo), value, timestampMillis));
  }

  @Override
  public void created(long timestampMillis) {
    created.add(timestampMillis);
  }
}
