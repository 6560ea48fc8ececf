package io.meshwatch.notify;

import java.net.URI;
import java.net.URISyntaxException;

/** What may be shown of a web address whose path or query may be a password. */
final class WebUrls {
  private WebUrls() {}

  static String withoutSecrets(String url) {
    try {
      URI uri = new URI(url);
      return uri.getHost() == null ? "<address>" : uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()) + "/…";
    } catch (URISyntaxException e) {
      return "<address>";
    }
  }

  /** Whether it is an absolute http or https address with a host. */
  static boolean isWeb(String url) {
    try {
      URI uri = new URI(url);
      return uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
