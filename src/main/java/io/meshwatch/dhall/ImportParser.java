package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads imports: {@code missing}, paths, URLs and environment variables, with their hash and mode. */
final class ImportParser {
  private static final int HASH_DIGITS = 64;
  private static final String PERCENT = "%[0-9A-Fa-f]{2}";
  private static final String CHARACTER = "[A-Za-z0-9._~!$&'*+;=-]|" + PERCENT;
  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
  private static final String IPV4 = OCTET + "(?:\\." + OCTET + "){3}";
  private static final String DOMAIN_LABEL = "[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*";
  private static final String HOST =
      "(?:\\[[0-9A-Fa-f:.]+\\]|\\[v[0-9A-Fa-f]+\\.(?:[A-Za-z0-9._~!$&'*+;=:-])+\\]|" + DOMAIN_LABEL + "(?:\\." + DOMAIN_LABEL + ")*\\.?)";
  private static final Pattern URL =
      Pattern.compile(
          "(https?)://((?:(?:" + CHARACTER + "|:)*@)?" + HOST + "(?::[0-9]*)?)((?:/(?:" + CHARACTER + "|[:@])*)*)(?:\\?((?:" + CHARACTER
              + "|[:@/?])*))?");
  private static final Pattern IPV6_GROUPS = Pattern.compile("(?:[0-9A-Fa-f]{1,4}|" + IPV4 + ")");

  private final Input input;
  private final Parser parser;

  ImportParser(Input input, Parser parser) {
    this.input = input;
    this.parser = parser;
  }

  /** An import, or null if none begins here. */
  @Nullable Term tryImport() {
    Place place = input.place();
    ImportTarget target = target();
    if (target == null) {
      return null;
    }
    byte[] hash = hash();
    return new Term.Import(place, target, mode(), hash);
  }

  private @Nullable ImportTarget target() {
    return switch (input.peek()) {
      case 'm' -> missing();
      case 'h' -> input.looksAt("http://") || input.looksAt("https://") ? remote() : null;
      case 'e' -> input.looksAt("env:") ? environmentVariable() : null;
      case '.' -> input.looksAt("../") ? local(ImportTarget.Anchor.PARENT) : here();
      case '~' -> local(ImportTarget.Anchor.HOME);
      case '/' -> local(ImportTarget.Anchor.ABSOLUTE);
      default -> null;
    };
  }

  private @Nullable ImportTarget here() {
    return input.looksAt("./") ? local(ImportTarget.Anchor.HERE) : null;
  }

  private @Nullable ImportTarget missing() {
    boolean found = input.looksAt("missing") && !Input.isLabelCharacter(input.peekAt("missing".length()));
    return found && input.take("missing") ? new ImportTarget.Missing() : null;
  }

  private ImportTarget local(ImportTarget.Anchor anchor) {
    input.take(anchor.text);
    List<String> components = new ArrayList<>();
    do {
      input.need("/", "`/` and a file name");
      components.add(component());
    } while (input.looksAt("/"));
    return new ImportTarget.Local(anchor, List.copyOf(components));
  }

  private String component() {
    if (input.take("\"")) {
      int start = input.offset();
      while (Input.isPrintable(input.peek()) && input.peek() != '"' && input.peek() != '/') {
        input.skip();
      }
      String name = input.since(start);
      if (name.isEmpty()) {
        throw input.mismatch("a file name");
      }
      input.need("\"", "`\"`");
      return name;
    }
    int start = input.offset();
    while (isPathCharacter(input.peek())) {
      input.skip();
    }
    if (input.offset() == start) {
      throw input.mismatch("a file name");
    }
    return input.since(start);
  }

  private static boolean isPathCharacter(int character) {
    return character > ' ' && character <= '~' && "\"#(),/<>?[\\]{}".indexOf(character) < 0;
  }

  private ImportTarget remote() {
    Matcher matcher = URL.matcher(input.source.text).region(input.offset(), input.source.text.length());
    if (!matcher.lookingAt() || !isHostValid(matcher.group(2))) {
      throw input.error(input.offset(), "this is no URL that can be imported: expected http[s]://host/path");
    }
    input.goTo(matcher.end());
    String path = matcher.group(3);
    List<String> components = path.isEmpty() ? List.of("") : List.of(path.substring(1).split("/", -1));
    return new ImportTarget.Remote(matcher.group(1).equals("https"), matcher.group(2), components, Optional.ofNullable(matcher.group(4)),
        headers());
  }

  /** An address of version 6 in brackets: at most one {@code ::}, eight groups in all, an address of version 4 counting twice. */
  private static boolean isHostValid(String authority) {
    int open = authority.indexOf('[');
    if (open < 0 || authority.charAt(open + 1) == 'v') {
      return true;
    }
    String address = authority.substring(open + 1, authority.indexOf(']'));
    int gap = address.indexOf("::");
    if (gap < 0) {
      return groups(address, true) == 8;
    }
    int before = groups(address.substring(0, gap), false);
    int after = groups(address.substring(gap + 2), true);
    return before >= 0 && after >= 0 && before + after <= 7;
  }

  /** Number of 16-bit groups, or a large negative number if one of them is malformed. */
  private static int groups(String text, boolean mayEndWithVersion4) {
    if (text.isEmpty()) {
      return 0;
    }
    int groups = 0;
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      boolean version4 = parts[i].indexOf('.') >= 0;
      if (!IPV6_GROUPS.matcher(parts[i]).matches() || (version4 && !(mayEndWithVersion4 && i == parts.length - 1))) {
        return -100;
      }
      groups += version4 ? 2 : 1;
    }
    return groups;
  }

  private @Nullable Term headers() {
    int end = input.offset();
    input.blanks();
    if (!input.looksAt("using") || Input.isLabelCharacter(input.peekAt("using".length()))) {
      input.goTo(end);
      return null;
    }
    input.take("using");
    input.needBlanks();
    return parser.importExpression();
  }

  private ImportTarget environmentVariable() {
    input.take("env:");
    if (input.take("\"")) {
      return new ImportTarget.EnvironmentVariable(quotedVariable());
    }
    int start = input.offset();
    if (!Input.isLabelStart(input.peek())) {
      throw input.mismatch("the name of an environment variable");
    }
    while (Input.isLabelStart(input.peek()) || Input.isDigit(input.peek())) {
      input.skip();
    }
    return new ImportTarget.EnvironmentVariable(input.since(start));
  }

  private String quotedVariable() {
    StringBuilder name = new StringBuilder();
    while (!input.take("\"")) {
      int character = input.peek();
      if (character < ' ' || character > '~' || character == '=') {
        throw input.mismatch("a character of the name of an environment variable");
      }
      input.skip();
      name.append((char) (character == '\\' ? escaped() : character));
    }
    if (name.isEmpty()) {
      throw input.mismatch("the name of an environment variable");
    }
    return name.toString();
  }

  private int escaped() {
    int character = input.peek();
    int meant =
        switch (character) {
          case '"', '\\' -> character;
          case 'a' -> 0x07;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'v' -> 0x0B;
          default -> throw input.mismatch("one of the escapes `\\\"` `\\\\` `\\a` `\\b` `\\f` `\\n` `\\r` `\\t` `\\v`");
        };
    input.skip();
    return meant;
  }

  private byte @Nullable [] hash() {
    int end = input.offset();
    if (!input.blanks() || !input.take("sha256:")) {
      input.goTo(end);
      return null;
    }
    int start = input.offset();
    while (Input.isHexDigit(input.peek()) && input.offset() < start + HASH_DIGITS) {
      input.skip();
    }
    if (input.offset() < start + HASH_DIGITS) {
      throw input.mismatch(HASH_DIGITS + " hexadecimal digits");
    }
    return HexFormat.of().parseHex(input.since(start));
  }

  private ImportMode mode() {
    int end = input.offset();
    input.blanks();
    if (!input.looksAt("as") || Input.isLabelCharacter(input.peekAt(2))) {
      input.goTo(end);
      return ImportMode.CODE;
    }
    input.take("as");
    input.needBlanks();
    for (ImportMode mode : List.of(ImportMode.TEXT, ImportMode.LOCATION, ImportMode.BYTES)) {
      if (input.looksAt(mode.word) && !Input.isLabelCharacter(input.peekAt(mode.word.length()))) {
        input.take(mode.word);
        return mode;
      }
    }
    throw input.mismatch("`Text`, `Location` or `Bytes`");
  }
}
