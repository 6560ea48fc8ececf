package io.meshwatch.gotemplate;

import org.jspecify.annotations.Nullable;

/**
 * A text of which the template's author says that it is safe in one place of HTML; in text templates it is just its text.
 *
 * @param kind where it is safe
 * @param text the text
 */
public record SafeContent(Kind kind, String text) implements GoObject {
  /** Where a text needs no further escaping. */
  public enum Kind {
    HTML("template.HTML"),
    URL("template.URL");

    private final String typeName;

    Kind(String typeName) {
      this.typeName = typeName;
    }
  }

  @Override
  public String typeName() {
    return kind.typeName;
  }

  @Override
  public @Nullable GoFunction member(String name) {
    return null;
  }

  @Override
  public Object plain() {
    return text;
  }

  @Override
  public String toString() {
    return text;
  }
}
