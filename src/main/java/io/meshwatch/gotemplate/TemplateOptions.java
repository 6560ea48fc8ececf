package io.meshwatch.gotemplate;

/**
 * How a template is executed.
 *
 * @param missingKey what a key that a map does not have gives
 * @param outputCharactersMax longest text; a longer one is an error
 * @param depthMax how deep templates may call each other
 * @param stepsMax how many nodes may be executed in all, which bounds loops
 */
public record TemplateOptions(MissingKey missingKey, int outputCharactersMax, int depthMax, long stepsMax) {
  /** What a key that a map does not have gives. */
  public enum MissingKey {
    /** No value, printed as {@code <no value>}. */
    INVALID,
    /** The zero value of the map's type. */
    ZERO,
    /** An error. */
    ERROR
  }

  /** Go's default, with limits: 1 MiB of text, 100 templates deep, a million steps. */
  public static final TemplateOptions DEFAULT = new TemplateOptions(MissingKey.INVALID, 1 << 20, 100, 1_000_000);
  /** What Prometheus and Alertmanager use: missing labels are empty. */
  public static final TemplateOptions ZERO = DEFAULT.withMissingKey(MissingKey.ZERO);

  public TemplateOptions withMissingKey(MissingKey other) {
    return new TemplateOptions(other, outputCharactersMax, depthMax, stepsMax);
  }
}
