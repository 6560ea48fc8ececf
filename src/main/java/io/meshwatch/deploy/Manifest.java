package io.meshwatch.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the credentials folder holds, without secrets. Written last after every change: a file it does not name does not count, so an
 * interrupted change is as if it had not begun.
 *
 * <pre>
 * { "version": 1, "authorityEnd": millis, "nextAuthorityEnd": millis,
 *   "certificates": [ { "name", "hosts": [...], "end": millis } ],
 *   "passwords":    [ { "owner", "generation": n, "since": millis, "next": bool, "previousUntil": millis } ] }
 * </pre>
 */
record Manifest(long authorityEndMillis, long nextAuthorityEndMillis, Map<String, Certificate> certificates, Map<String, Password> passwords) {
  private static final int VERSION = 1;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  /** A server certificate. */
  record Certificate(String name, List<String> hosts, long endMillis) {}

  /**
   * A password and its place in a rotation.
   *
   * @param generation the one that scrapes use now, from 1
   * @param next whether generation + 1 has been made and is accepted already
   * @param previousUntilMillis until when generation - 1 is still accepted; 0 = no more
   */
  record Password(String owner, int generation, long sinceMillis, boolean next, long previousUntilMillis) {}

  static Manifest empty() {
    return new Manifest(0, 0, Map.of(), Map.of());
  }

  /** This with an authority that ends then, and the one that a rotation has made to follow it; 0 = none. */
  Manifest withAuthority(long endMillis, long nextEndMillis) {
    return new Manifest(endMillis, nextEndMillis, certificates, passwords);
  }

  /** Whether a rotation has made a new authority that is not yet the only one. */
  boolean hasNextAuthority() {
    return nextAuthorityEndMillis > 0;
  }

  Manifest with(Certificate certificate) {
    Map<String, Certificate> changed = new LinkedHashMap<>(certificates);
    changed.put(certificate.name(), certificate);
    return new Manifest(authorityEndMillis, nextAuthorityEndMillis, changed, passwords);
  }

  Manifest with(Password password) {
    Map<String, Password> changed = new LinkedHashMap<>(passwords);
    changed.put(password.owner(), password);
    return new Manifest(authorityEndMillis, nextAuthorityEndMillis, certificates, changed);
  }

  static Manifest read(Path file, byte[] json) throws IOException {
    try {
      JsonNode root = MAPPER.readTree(json);
      if (root.path("version").asInt(0) != VERSION) {
        throw new IOException(file + ": expected version " + VERSION + ", got " + root.path("version"));
      }
      Manifest manifest = empty().withAuthority(root.path("authorityEnd").asLong(0), root.path("nextAuthorityEnd").asLong(0));
      for (JsonNode one : root.path("certificates")) {
        List<String> hosts = new ArrayList<>();
        one.path("hosts").forEach(host -> hosts.add(host.asString("")));
        manifest = manifest.with(new Certificate(one.path("name").asString(""), List.copyOf(hosts), one.path("end").asLong(0)));
      }
      for (JsonNode one : root.path("passwords")) {
        manifest = manifest.with(new Password(
            one.path("owner").asString(""),
            one.path("generation").asInt(1),
            one.path("since").asLong(0),
            one.path("next").asBoolean(false),
            one.path("previousUntil").asLong(0)));
      }
      return manifest;
    } catch (JacksonException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  byte[] json() {
    ObjectNode root = MAPPER.createObjectNode().put("version", VERSION).put("authorityEnd", authorityEndMillis)
        .put("nextAuthorityEnd", nextAuthorityEndMillis);
    ArrayNode certificateList = root.putArray("certificates");
    for (Certificate certificate : certificates.values()) {
      ArrayNode hosts = certificateList.addObject().put("name", certificate.name()).put("end", certificate.endMillis()).putArray("hosts");
      certificate.hosts().forEach(hosts::add);
    }
    ArrayNode passwordList = root.putArray("passwords");
    for (Password password : passwords.values()) {
      passwordList.addObject()
          .put("owner", password.owner())
          .put("generation", password.generation())
          .put("since", password.sinceMillis())
          .put("next", password.next())
          .put("previousUntil", password.previousUntilMillis());
    }
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }
}
