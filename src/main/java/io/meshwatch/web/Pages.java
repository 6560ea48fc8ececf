package io.meshwatch.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** The page's files, which are part of the jar. Every address that is no file is the page itself, which finds its way. */
final class Pages {
  private static final String FOLDER = "/ui/";
  private static final String INDEX = "index.html";
  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html; charset=utf-8",
      "js", "text/javascript; charset=utf-8",
      "css", "text/css; charset=utf-8",
      "svg", "image/svg+xml",
      "png", "image/png",
      "woff2", "font/woff2");
  /** Scripts and styles come from here only; styles are also set from scripts by the component library. */
  private static final String CONTENT_POLICY =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
  private static final String MISSING =
      "<!doctype html><title>meshwatch</title><p>This build has no page. The APIs work; build without -DskipUi to get the page.";

  void addTo(Routes routes) {
    routes.get("/", call -> send(call, INDEX));
    routes.get("/{file*}", call -> send(call, call.segment("file")));
  }

  private void send(Routes.Call call, String name) throws IOException {
    boolean known = name.matches("[A-Za-z0-9_./-]+") && !name.contains("..") && Pages.class.getResource(FOLDER + name) != null
        && TYPES.containsKey(extension(name));
    boolean asset = name.startsWith("assets/");
    if (!known && (asset || call.request().path().startsWith("/api/"))) {
      call.reply().status(404).send("text/plain; charset=utf-8", "404 page not found\n");
      return;
    }
    String file = known ? name : INDEX;
    call.reply()
        .header("Content-Type", TYPES.getOrDefault(extension(file), "application/octet-stream"))
        // Names of assets hold a hash of their content.
        .header("Cache-Control", asset ? "public, max-age=31536000, immutable" : "no-cache")
        .header("Content-Security-Policy", CONTENT_POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "same-origin")
        .send(read(file).orElseGet(() -> MISSING.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static Optional<byte[]> read(String name) throws IOException {
    try (InputStream in = Pages.class.getResourceAsStream(FOLDER + name)) {
      return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
    }
  }
}
