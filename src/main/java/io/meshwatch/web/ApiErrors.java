package io.meshwatch.web;

import io.meshwatch.environment.HttpReply;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.QueryException;
import java.io.IOException;
import java.util.List;

/**
 * What goes wrong in Prometheus' API, as its clients expect it.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview">Format overview</a>
 */
final class ApiErrors {
  private ApiErrors() {}

  /** Runs an endpoint and turns its exceptions into error answers. */
  static Routes.Endpoint guarded(Routes.Endpoint endpoint) {
    return call -> {
      try {
        endpoint.answer(call);
      } catch (BadRequestException e) {
        send(call.reply(), 400, "bad_data", e);
      } catch (ParseException e) {
        send(call.reply(), 400, "bad_data", Parameters.invalid("query", String.valueOf(e.getMessage())));
      } catch (QueryException e) {
        send(call.reply(), status(e.reason()), errorType(e.reason()), e);
      } catch (StoreUnavailableException e) {
        send(call.reply(), 503, "unavailable", e);
      }
    };
  }

  private static int status(QueryException.Reason reason) {
    return switch (reason) {
      case EXECUTION, LIMIT -> 422;
      case TIMEOUT -> 503;
      // As nginx and Prometheus say that the client went away.
      case CANCELED -> 499;
      case STORAGE -> 500;
    };
  }

  private static String errorType(QueryException.Reason reason) {
    return switch (reason) {
      case EXECUTION, LIMIT -> "execution";
      case TIMEOUT -> "timeout";
      case CANCELED -> "canceled";
      case STORAGE -> "internal";
    };
  }

  private static void send(HttpReply reply, int status, String type, Exception problem) throws IOException {
    error(reply, status, type, String.valueOf(problem.getMessage()));
  }

  static void error(HttpReply reply, int status, String type, String message) throws IOException {
    Json.send(reply.status(status), json -> {
      json.writeStartObject();
      json.writeStringProperty("status", "error");
      json.writeStringProperty("errorType", type);
      json.writeStringProperty("error", message);
      json.writeEndObject();
    });
  }

  /** A success whose data the writer gives. */
  static void success(HttpReply reply, Json.Writer data) throws IOException {
    success(reply, List.of(), data);
  }

  /** A success with warnings, whose data the writer gives. */
  static void success(HttpReply reply, List<String> warnings, Json.Writer data) throws IOException {
    Json.stream(reply, json -> {
      json.writeStartObject();
      json.writeStringProperty("status", "success");
      json.writeName("data");
      data.write(json);
      PrometheusJson.annotations(json, "warnings", warnings);
      json.writeEndObject();
    });
  }
}
