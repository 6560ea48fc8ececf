package io.meshwatch.scrape;

import io.meshwatch.environment.ConnectResult;
import io.meshwatch.model.Labels;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The series of one try, under blackbox_exporter's names, and one of our own that says why it failed. Confined to one thread.
 *
 * @see <a href="https://github.com/prometheus/blackbox_exporter">blackbox_exporter</a>
 */
final class ProbeReport {
  private static final int IPV4_BYTES = 4;
  private static final int HASH_START = 0x811C9DC5;
  private static final int HASH_FACTOR = 0x01000193;

  private final Map<Labels, Double> values = new LinkedHashMap<>();
  private @Nullable String failure;

  void set(String name, double value) {
    values.put(Labels.of(Labels.METRIC_NAME, name), value);
  }

  void set(String name, String label, String labelValue, double value) {
    values.put(Labels.of(Labels.METRIC_NAME, name, label, labelValue), value);
  }

  void add(String name, String label, String labelValue, double value) {
    values.merge(Labels.of(Labels.METRIC_NAME, name, label, labelValue), value, Double::sum);
  }

  /** Notes why the try failed; the first reason counts. */
  void fail(String phase, String reason) {
    if (failure == null) {
      failure = reason;
      values.put(Labels.of(Labels.METRIC_NAME, "meshwatch_probe_failure_info", "phase", phase, "reason", reason), 1.0);
    }
  }

  boolean failed() {
    return failure != null;
  }

  /** Why it failed; empty if it did not. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  void address(Optional<String> address) {
    address.ifPresent(text -> {
      byte[] ip = InetAddress.ofLiteral(text).getAddress();
      set("probe_ip_protocol", ip.length == IPV4_BYTES ? 4 : 6);
      set("probe_ip_addr_hash", hash(ip));
    });
  }

  /** FNV-1a of 32 bits, as blackbox_exporter hashes addresses: only whether it changes means something. */
  private static double hash(byte[] ip) {
    int hash = HASH_START;
    for (byte b : ip) {
      hash = (hash ^ (b & 0xFF)) * HASH_FACTOR;
    }
    return Integer.toUnsignedLong(hash);
  }

  void tls(ConnectResult.Tls tls) {
    set("probe_ssl_earliest_cert_expiry", tls.earliestExpiryMillis() / 1000.0);
    tls.chainExpiryMillis().ifPresent(end -> set("probe_ssl_last_chain_expiry_timestamp_seconds", end / 1000.0));
    set("probe_tls_version_info", "version", tls.version(), 1);
    values.put(Labels.of(Labels.METRIC_NAME, "probe_ssl_last_chain_info", "fingerprint_sha256", tls.fingerprint(), "subject", tls.subject(),
        "issuer", tls.issuer(), "subjectalternative", tls.alternativeNames()), 1.0);
  }

  /** Everything that was found out, by name and own labels. */
  Map<Labels, Double> values() {
    return values;
  }
}
