package io.meshwatch.web;

import io.meshwatch.engine.remote.BadRemoteRequestException;
import io.meshwatch.engine.remote.ReadRequest;
import io.meshwatch.engine.remote.RemoteReader;
import java.io.IOException;
import java.io.OutputStream;

/** {@code POST /api/v1/read}: remote read, as samples or as streamed chunks. */
final class RemoteReadApi {
  private static final int REQUEST_BYTES_MAX = 32 << 20;

  private final RemoteReader reader;

  RemoteReadApi(RemoteReader reader) {
    this.reader = reader;
  }

  void addTo(Routes routes) {
    routes.post("/api/v1/read", this::read);
  }

  private void read(Routes.Call call) throws IOException, InterruptedException {
    try {
      ReadRequest request = ReadRequest.decode(call.request().body(REQUEST_BYTES_MAX));
      if (request.streamed()) {
        call.reply().header("Content-Type", "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse");
        try (OutputStream out = call.reply().stream()) {
          reader.stream(request, out);
        }
      } else {
        byte[] samples = reader.samples(request);
        call.reply().header("Content-Type", "application/x-protobuf").header("Content-Encoding", "snappy").send(samples);
      }
    } catch (BadRemoteRequestException e) {
      call.reply().status(400).send("text/plain; charset=utf-8", e.getMessage() + "\n");
    }
  }
}
