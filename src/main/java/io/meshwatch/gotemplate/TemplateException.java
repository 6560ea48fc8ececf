package io.meshwatch.gotemplate;

/**
 * A template cannot be parsed or executed. The message names template, line and, when executing, column and the part of the
 * text, as Go's does: {@code template: name:1:3: executing "name" at <humanize "one">: …}.
 */
public final class TemplateException extends RuntimeException {
  private final int line;

  TemplateException(String message, int line) {
    super(message);
    this.line = line;
  }

  TemplateException(String message, int line, Throwable cause) {
    super(message, cause);
    this.line = line;
  }

  /** Line in the template's text, from 1. */
  public int line() {
    return line;
  }
}
