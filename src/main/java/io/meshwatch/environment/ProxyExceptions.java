package io.meshwatch.environment;

import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Hosts that are asked without a proxy: names, which stand for their subdomains too, addresses, networks, each perhaps with a port,
 * separated by commas; {@code *} is everything. This machine itself is always among them.
 */
final class ProxyExceptions {
  private final List<String> entries;

  ProxyExceptions(String text) {
    entries = Arrays.stream(text.split(",", -1)).map(entry -> entry.strip().toLowerCase(Locale.ROOT)).filter(entry -> !entry.isEmpty()).toList();
  }

  boolean contain(URI target) {
    String host = target.getHost().replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
    int usualPort = target.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    int port = target.getPort() >= 0 ? target.getPort() : usualPort;
    Optional<InetAddress> address = address(host);
    boolean thisMachine = host.equals("localhost") || address.map(InetAddress::isLoopbackAddress).orElse(false);
    return thisMachine || entries.stream().anyMatch(entry -> covers(entry, host, address, port));
  }

  /** A text that is an address; a name is not looked up. */
  private static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException aName) {
      return Optional.empty();
    }
  }

  private static boolean covers(String entry, String host, Optional<InetAddress> address, int port) {
    if (entry.equals("*")) {
      return true;
    }
    if (entry.contains("/")) {
      return address.filter(a -> isWithin(entry, a)).isPresent();
    }
    int colon = entry.lastIndexOf(':');
    boolean hasPort = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
    String name = (hasPort ? entry.substring(0, colon) : entry).replaceAll("[\\[\\]]", "");
    if (hasPort && !entry.substring(colon + 1).equals(Integer.toString(port))) {
      return false;
    }
    Optional<InetAddress> same = address(name);
    return same.isPresent() ? same.equals(address) : isDomainOf(name, host);
  }

  private static boolean isDomainOf(String domain, String host) {
    String suffix = domain.startsWith("*.") ? domain.substring(1) : domain;
    return suffix.startsWith(".") ? host.endsWith(suffix) : host.equals(suffix) || host.endsWith("." + suffix);
  }

  /** Whether an address begins with the bits of a network such as {@code 10.0.0.0/8}. */
  private static boolean isWithin(String network, InetAddress address) {
    int slash = network.indexOf('/');
    Optional<InetAddress> first = address(network.substring(0, slash));
    String bitsText = network.substring(slash + 1);
    if (first.isEmpty() || !bitsText.matches("\\d{1,3}")) {
      return false;
    }
    byte[] wanted = first.get().getAddress();
    byte[] got = address.getAddress();
    int bits = Integer.parseInt(bitsText);
    if (wanted.length != got.length || bits > wanted.length * 8) {
      return false;
    }
    int whole = bits / 8;
    int mask = bits % 8 == 0 ? 0 : 0xFF << (8 - bits % 8) & 0xFF;
    boolean rest = mask == 0 || (wanted[whole] & mask) == (got[whole] & mask);
    return rest && Arrays.equals(wanted, 0, whole, got, 0, whole);
  }
}
