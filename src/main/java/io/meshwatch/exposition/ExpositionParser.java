package io.meshwatch.exposition;

/** Reads a page of metrics of any format and hands its entries to a sink. */
public final class ExpositionParser {
  private ExpositionParser() {}

  /**
   * Reads the first {@code length} bytes of a page. Entries before a mistake have reached the sink when it is found.
   *
   * @throws ExpositionException if the page is not of this format
   */
  public static void parse(ExpositionFormat format, byte[] page, int length, ExpositionSink sink) {
    switch (format) {
      case TEXT_0_0_4, TEXT_1_0_0 -> new TextParser(page, length, sink).parse();
      case OPENMETRICS_0_0_1, OPENMETRICS_1_0_0 -> new OpenMetricsParser(page, length, sink).parse();
      case PROTOBUF -> new ProtobufParser(page, length, sink).parse();
    }
  }
}
