package io.meshwatch.deploy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
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
      PlainJson root = PlainJson.read(json);
      long version = root.get("version").number(0);
      if (version != VERSION) {
        throw new IOException(file + ": expected version " + VERSION + ", got " + version);
      }
      Manifest manifest = empty().withAuthority(root.get("authorityEnd").number(0), root.get("nextAuthorityEnd").number(0));
      for (PlainJson one : root.get("certificates").elements()) {
        List<String> hosts = one.get("hosts").elements().stream().map(PlainJson::text).toList();
        manifest = manifest.with(new Certificate(one.get("name").text(), hosts, one.get("end").number(0)));
      }
      for (PlainJson one : root.get("passwords").elements()) {
        manifest = manifest.with(new Password(
            one.get("owner").text(),
            (int) one.get("generation").number(1),
            one.get("since").number(0),
            one.get("next").isTrue(),
            one.get("previousUntil").number(0)));
      }
      return manifest;
    } catch (JacksonException e) {
      throw new IOException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  byte[] json() {
    JsonMapper mapper = JsonMapper.builder().build();
    ObjectNode root = mapper.createObjectNode().put("version", VERSION).put("authorityEnd", authorityEndMillis)
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
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }
}
