package io.meshwatch.environment;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a name server said.
 *
 * @param address IP address of the server; empty if it was not found
 * @param code such as {@code NOERROR} or {@code NXDOMAIN}; empty if there was no answer
 * @param answer records that answer the question, each as in a zone file: name, seconds, IN, type and value, with tabs between them
 * @param authority records about who is responsible
 * @param additional records that may be useful, too
 * @param serial serial number of the zone, if the answer holds an SOA record
 * @param failure why there was no answer
 * @param phases how long the parts took
 */
public record DnsResult(
    Optional<String> address,
    String code,
    List<String> answer,
    List<String> authority,
    List<String> additional,
    OptionalLong serial,
    Optional<ConnectResult.Failure> failure,
    HttpResult.Phases phases) {
  static DnsResult failed(Optional<String> address, HttpResult.Phase phase, String message, HttpResult.Phases phases) {
    return new DnsResult(address, "", List.of(), List.of(), List.of(), OptionalLong.empty(),
        Optional.of(new ConnectResult.Failure(phase, message)), phases);
  }

  /** Which server was asked, and how long it took. */
  record Where(Optional<String> address, HttpResult.Phases phases) {
    DnsResult answered(String code, List<String> answer, List<String> authority, List<String> additional, OptionalLong serial) {
      return new DnsResult(address, code, answer, authority, additional, serial, Optional.empty(), phases);
    }
  }
}
