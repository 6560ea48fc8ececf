package io.meshwatch.web;

import io.meshwatch.engine.remote.BadRemoteRequestException;
import io.meshwatch.engine.remote.RemoteWriteReceiver;
import io.meshwatch.engine.remote.WriteRoom;
import io.meshwatch.model.StoreUnavailableException;
import java.io.IOException;
import java.util.Optional;

/** {@code POST /api/v1/write}: remote write 1.0 and 2.0. */
final class RemoteWriteApi {
  private static final int REQUEST_BYTES_MAX = 32 << 20;

  private final RemoteWriteReceiver receiver;

  RemoteWriteApi(RemoteWriteReceiver receiver) {
    this.receiver = receiver;
  }

  void addTo(Routes routes) {
    routes.post("/api/v1/write", this::write);
  }

  private void write(Routes.Call call) throws IOException {
    Optional<RemoteWriteReceiver.Version> version = RemoteWriteReceiver.version(call.request().header("Content-Type").orElse(""));
    String encoding = call.request().header("Content-Encoding").orElse("snappy");
    if (version.isEmpty() || !encoding.equalsIgnoreCase("snappy")) {
      refuse(call, 415, "expected application/x-protobuf with proto=prometheus.WriteRequest or proto=io.prometheus.write.v2.Request, "
          + "compressed with snappy; got " + call.request().header("Content-Type").orElse("no Content-Type") + ", " + encoding);
      return;
    }
    try (WriteRoom.Part room = receiver.room(contentLength(call))) {
      call.request().body(REQUEST_BYTES_MAX, room.body());
      RemoteWriteReceiver.Outcome outcome = receiver.receive(version.get(), room);
      if (version.get() == RemoteWriteReceiver.Version.V2) {
        call.reply().header("X-Prometheus-Remote-Write-Samples-Written", Long.toString(outcome.samples()));
        call.reply().header("X-Prometheus-Remote-Write-Histograms-Written", Long.toString(outcome.histograms()));
        call.reply().header("X-Prometheus-Remote-Write-Exemplars-Written", Long.toString(outcome.exemplars()));
      }
      // 400 tells the sender not to try again: what was left out will never be accepted.
      if (outcome.problem().isPresent()) {
        refuse(call, 400, outcome.problem().get());
      } else {
        call.reply().status(204).send(new byte[0]);
      }
    } catch (RemoteWriteReceiver.OtherVersionException e) {
      refuse(call, 415, String.valueOf(e.getMessage()));
    } catch (BadRemoteRequestException e) {
      refuse(call, 400, String.valueOf(e.getMessage()));
    } catch (StoreUnavailableException e) {
      refuse(call, 503, String.valueOf(e.getMessage()));
    }
  }

  /** What the sender says, within the limit; the most that is taken if it does not say it. */
  private static long contentLength(Routes.Call call) {
    String length = call.request().header("Content-Length").orElse("");
    return length.matches("[0-9]{1,9}") ? Math.min(REQUEST_BYTES_MAX, Long.parseLong(length)) : REQUEST_BYTES_MAX;
  }

  private static void refuse(Routes.Call call, int status, String reason) throws IOException {
    call.reply().status(status).send("text/plain; charset=utf-8", reason + "\n");
  }
}
