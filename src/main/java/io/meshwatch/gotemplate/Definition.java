package io.meshwatch.gotemplate;

/**
 * A named template.
 *
 * @param name its name
 * @param source name of the text it was defined in
 * @param text that text, to find lines and columns
 * @param nodes its body
 */
record Definition(String name, String source, String text, Node.Sequence nodes) {
  int lineAt(int offset) {
    return 1 + (int) text.substring(0, offset).chars().filter(c -> c == '\n').count();
  }

  /** {@code source:line:column}; the column counts UTF-8 bytes from 0, as Go's messages do. */
  String placeAt(int offset) {
    String before = text.substring(0, offset);
    String lineStart = before.substring(before.lastIndexOf('\n') + 1);
    int column = lineStart.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    return source + ":" + lineAt(offset) + ":" + column;
  }
}
