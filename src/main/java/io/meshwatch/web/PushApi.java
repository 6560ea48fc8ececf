package io.meshwatch.web;

import io.meshwatch.environment.HttpRequest;
import io.meshwatch.scrape.PushGateway;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** {@code /metrics/job/…} as a Pushgateway has it: PUT replaces a group, POST the metrics of the same names, DELETE ends it. */
final class PushApi {
  private static final int BODY_BYTES_MAX = 32 << 20;
  private static final List<String> JOB = List.of("job", "job@base64");

  private final PushGateway gateway;
  private final PushAccess access;

  PushApi(PushGateway gateway, PushAccess access) {
    this.gateway = gateway;
    this.access = access;
  }

  void addTo(Routes routes) {
    for (String job : JOB) {
      String pattern = "/metrics/" + job + "/{rest*}";
      routes.add("PUT", pattern, access.guarded(call -> push(call, job, true)));
      routes.add("POST", pattern, access.guarded(call -> push(call, job, false)));
      routes.add("DELETE", pattern, access.guarded(call -> delete(call, job)));
    }
  }

  private static List<String> segments(Routes.Call call, String job) {
    List<String> segments = new ArrayList<>(List.of(job));
    segments.addAll(List.of(call.segment("rest").split("/", -1)));
    return segments;
  }

  private void push(Routes.Call call, String job, boolean replaceAll) throws IOException {
    try {
      gateway.push(segments(call, job), replaceAll, call.request().header("Content-Type").orElse(""), body(call.request()));
      call.reply().status(200).send(new byte[0]);
    } catch (PushGateway.PushException e) {
      call.reply().status(400).send("text/plain; charset=utf-8", e.getMessage() + "\n");
    }
  }

  private static byte[] body(HttpRequest request) throws IOException {
    byte[] body = request.body(BODY_BYTES_MAX);
    if (!request.header("Content-Encoding").orElse("").equalsIgnoreCase("gzip")) {
      return body;
    }
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] unpacked = in.readNBytes(BODY_BYTES_MAX + 1);
      if (unpacked.length > BODY_BYTES_MAX) {
        throw new HttpRequest.BodyTooLargeException("the pushed page is larger than " + BODY_BYTES_MAX + " bytes");
      }
      return unpacked;
    }
  }

  private void delete(Routes.Call call, String job) throws IOException {
    try {
      gateway.delete(segments(call, job));
      call.reply().status(202).send(new byte[0]);
    } catch (PushGateway.PushException e) {
      call.reply().status(400).send("text/plain; charset=utf-8", e.getMessage() + "\n");
    }
  }
}
