package io.meshwatch.dhall;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Answers for the hosts that the standard's import tests name: files from the copy on disk, and what its test server does. */
final class SuiteRemote implements DhallRemote {
  private static final String SELF = "https://test.dhall-lang.org";
  private static final String GITHUB = "https://raw.githubusercontent.com";

  private final Path root;

  SuiteRemote(Path root) {
    this.root = root;
  }

  @Override
  public Answer fetch(String url, Map<String, String> headers) throws IOException {
    URI uri = URI.create(url);
    return switch (uri.getHost()) {
      case "raw.githubusercontent.com" -> gitHub(uri.getPath());
      case "prelude.dhall-lang.org" -> file("Prelude" + uri.getPath());
      case "httpbin.org" -> answer("{\n  \"user-agent\": \"" + headers.getOrDefault("User-Agent", "Dhall") + "\"\n}\n", "*");
      case "test.dhall-lang.org" -> testServer(uri.getPath(), headers);
      default -> throw new IOException("no such host");
    };
  }

  /** Two files stand there in a version that the copy does not have. */
  private Answer gitHub(String path) throws IOException {
    if (path.endsWith("/customHeadersA.dhall")) {
      return answer("https://httpbin.org/user-agent as Text", "*");
    }
    return path.endsWith("/EnvA.dhall")
        ? answer("env:HOME as Location", "*")
        : file(path.replaceFirst("^/[^/]+/[^/]+/[^/]+/(dhall/)?", ""));
  }

  private Answer file(String path) throws IOException {
    return new Answer(Files.readAllBytes(root.resolve(path)), "*");
  }

  private static Answer testServer(String path, Map<String, String> headers) throws IOException {
    if ((path.equals("/foo") || path.equals("/bar")) && headers.getOrDefault("Test", "").isEmpty()) {
      throw new IOException("forbidden");
    }
    return switch (path) {
      case "/foo" -> answer("./bar", "");
      case "/bar" -> answer("True", "");
      case "/cors/AllowedAll.dhall" -> answer("42", "*");
      case "/cors/OnlySelf.dhall" -> answer("42", SELF);
      case "/cors/OnlyOther.dhall" -> answer("42", "https://example.com");
      case "/cors/OnlyGithub.dhall" -> answer("42", GITHUB);
      case "/cors/Empty.dhall", "/cors/NoCORS.dhall" -> answer("42", "");
      case "/cors/Null.dhall" -> answer("42", "null");
      case "/cors/SelfImportAbsolute.dhall" -> answer(SELF + "/cors/NoCORS.dhall", "*");
      case "/cors/SelfImportRelative.dhall" -> answer("./NoCORS.dhall", "*");
      case "/cors/TwoHopsFail.dhall" -> answer(GITHUB + "/dhall-lang/dhall-lang/master/tests/import/data/cors/OnlySelf.dhall", "*");
      default -> throw new FileNotFoundException("404");
    };
  }

  private static Answer answer(String body, String allowOrigin) {
    return new Answer(body.getBytes(StandardCharsets.UTF_8), allowOrigin);
  }
}
