package io.meshwatch.sonar.meshstack;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.model.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Replaces secrets in whatever is kept or shown.
 *
 * <p>It knows two ways. By value: every secret it was told, in each of the forms in which it may come back: as it is, URL-encoded,
 * escaped for JSON or HTML, in base64 at any alignment (so also inside of a Basic header), and the parts of a JSON Web Token. By key: values
 * beside names such as {@code password} or {@code access_token}, and everything shaped like a JSON Web Token, for secrets nobody told it of.
 * A secret with a name is replaced by that name, {@code <password>}, so that a request can still be repeated by someone who knows it.
 *
 * <p>Confined to one run.
 */
public final class Redactor {
  /** Bodies are searched this far, which is much farther than what is kept of them. */
  private static final int SEARCHED_CHARACTERS_MAX = 64 << 10;
  /** Tokens of one run: a renewed one per five minutes of waiting, and what platforms hand out. */
  private static final int VARIANTS_MAX = 2_000;
  private static final int BASE64_CORE_MIN = 6;
  private static final int TOKEN_PART_MIN = 8;
  /** Cutting a header or name short of a text that was cut itself must not show the first half of a secret. */
  private static final String UNKNOWN = "<secret>";

  private static final String KEY =
      "[A-Za-z0-9_.-]*(?:password|passwd|pwd|secret|token|api[-_]?key|credential|assertion|authorization|cookie|signature|session_state|session_code"
          + "|code_verifier|privatekey)[A-Za-z0-9_]*";
  private static final Pattern JSON_FIELD = Pattern.compile("(?i)\"(" + KEY + "|code)\"(\\s*:\\s*)\"((?:[^\"\\\\]|\\\\.)*)(\"|$)");
  private static final Pattern FORM_FIELD = Pattern.compile("(?i)(^|[?&;#\\s\"'])(" + KEY + "|code)=([^&\\s#\"'<>;]+)");
  private static final Pattern TOKEN = Pattern.compile("eyJ[A-Za-z0-9_-]{6,}(?:\\.[A-Za-z0-9_-]+){0,4}");
  private static final Pattern SCHEME = Pattern.compile("(?i)\\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{4,}");
  private static final List<String> SECRET_HEADERS = List.of("cookie", "set-cookie", "x-api-key", "proxy-authorization");

  private final Map<String, String> placeholders = new LinkedHashMap<>();
  private List<String> longestFirst = List.of();

  /** Tells it a secret and the name that is shown instead; empty ones are ignored. */
  public void learn(String name, Secret secret) {
    if (secret.isEmpty() || placeholders.size() > VARIANTS_MAX) {
      return;
    }
    for (String variant : variants(secret.reveal())) {
      placeholders.putIfAbsent(variant, "<" + name + ">");
    }
    longestFirst = placeholders.keySet().stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  private static List<String> variants(String value) {
    List<String> variants = new ArrayList<>();
    variants.add(value);
    String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8);
    variants.addAll(List.of(encoded, encoded.replace("+", "%20"), encoded.toLowerCase(Locale.ROOT)));
    variants.add(value.replace("\\", "\\\\").replace("\"", "\\\""));
    variants.add(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;"));
    variants.addAll(base64(value.getBytes(StandardCharsets.UTF_8)));
    variants.addAll(tokenParts(value));
    return variants;
  }

  /** The characters that do not depend on what stands before and after, for the three places where a byte can fall. */
  private static List<String> base64(byte[] bytes) {
    List<String> cores = new ArrayList<>();
    for (int before = 0; before < 3; before++) {
      byte[] shifted = new byte[before + bytes.length];
      System.arraycopy(bytes, 0, shifted, before, bytes.length);
      String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
      int from = before == 0 ? 0 : before + 1;
      int to = shifted.length % 3 == 0 ? text.length() : text.length() - 1;
      if (to - from >= BASE64_CORE_MIN) {
        String core = text.substring(from, to);
        cores.add(core);
        cores.add(core.replace('+', '-').replace('/', '_'));
      }
    }
    return cores;
  }

  private static List<String> tokenParts(String value) {
    String[] parts = value.split("\\.");
    if (parts.length < 3) {
      return List.of();
    }
    return Arrays.stream(parts).filter(part -> part.length() >= TOKEN_PART_MIN).toList();
  }

  /** A text without secrets. */
  public String text(String text) {
    return text.isEmpty() ? text : byKey(byValue(text));
  }

  /** The beginning of a text without secrets. Redacts before it cuts: half a secret would no longer be recognised. */
  public String excerpt(String text, int charactersMax) {
    boolean cut = text.length() > SEARCHED_CHARACTERS_MAX;
    String redacted = text(cut ? text.substring(0, SEARCHED_CHARACTERS_MAX) : text);
    return redacted.length() <= charactersMax ? redacted : redacted.substring(0, charactersMax) + "…";
  }

  private String byValue(String text) {
    String result = text;
    for (String variant : longestFirst) {
      if (result.contains(variant)) {
        result = result.replace(variant, placeholders.getOrDefault(variant, UNKNOWN));
      }
    }
    return result;
  }

  private static String byKey(String text) {
    String result = replace(TOKEN, text, m -> "<token>");
    result = replace(SCHEME, result, m -> m.group(1) + " " + UNKNOWN);
    result = replace(JSON_FIELD, result, m -> harmless(m.group(1), m.group(3)) ? m.group() : "\"" + m.group(1) + "\"" + m.group(2) + "\"" + UNKNOWN + m.group(4));
    return replace(FORM_FIELD, result, m -> harmless(m.group(2), m.group(3)) ? m.group() : m.group(1) + m.group(2) + "=" + UNKNOWN);
  }

  /** Names that only sound secret, such as token_endpoint, and values that were replaced already. */
  private static boolean harmless(String key, String value) {
    String name = key.toLowerCase(Locale.ROOT);
    return name.contains("endpoint") || name.endsWith("_type") || name.contains("supported") || value.startsWith("<");
  }

  private interface Replacement {
    String of(Matcher match);
  }

  private static String replace(Pattern pattern, String text, Replacement replacement) {
    Matcher match = pattern.matcher(text);
    StringBuilder result = new StringBuilder();
    int from = 0;
    while (match.find()) {
      result.append(text, from, match.start()).append(replacement.of(match));
      from = match.end();
    }
    return from == 0 ? text : result.append(text, from, text.length()).toString();
  }

  /** A URL without secrets in its query or fragment. */
  public String url(String url) {
    return text(url);
  }

  /** Headers, with the values of those that carry credentials replaced. */
  public List<HttpCall.Header> headers(List<HttpCall.Header> headers) {
    return headers.stream().map(this::header).toList();
  }

  private HttpCall.Header header(HttpCall.Header header) {
    String name = header.name().toLowerCase(Locale.ROOT);
    if (name.equals("authorization")) {
      int space = header.value().indexOf(' ');
      return new HttpCall.Header(header.name(), space < 0 ? UNKNOWN : header.value().substring(0, space) + " <token>");
    }
    return new HttpCall.Header(header.name(), SECRET_HEADERS.contains(name) ? UNKNOWN : text(header.value()));
  }
}
