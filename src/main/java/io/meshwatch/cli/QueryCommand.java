package io.meshwatch.cli;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Secret;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** PromQL against a running meshwatch or any Prometheus-compatible server. */
@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    description = "Asks a running meshwatch, or any server with Prometheus' HTTP API.",
    footer = {
      "",
      "Examples:",
      "  meshwatch query 'up == 0'",
      "  meshwatch query 'rate(node_cpu_seconds_total{mode=\"idle\"}[5m])' --start -1h --end now --step 1m -o csv",
      "Exit code 1 if the server refuses the expression."
    })
public final class QueryCommand implements Callable<Integer> {
  private static final String DEFAULT_URL = "http://127.0.0.1:9480";
  private static final long TIMEOUT_MILLIS = 150_000;
  private static final long BODY_BYTES_MAX = 1L << 30;

  /** How the answer is printed. */
  enum Output {
    TABLE,
    JSON,
    CSV
  }

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "EXPR", description = "PromQL expression")
  private String expression = "";

  @Option(names = "--url", paramLabel = "URL", description = "server, default " + DEFAULT_URL)
  private String url = DEFAULT_URL;

  @Option(names = "--user", paramLabel = "NAME", description = "user for Basic auth; the password is read from MESHWATCH_PASSWORD")
  private @Nullable String user;

  @Option(names = "--ca", paramLabel = "FILE", description = "certificates (PEM) that are trusted")
  private @Nullable Path ca;

  @Option(names = "--time", paramLabel = "TIME", description = "moment of an instant query: now, -10m, seconds or RFC 3339")
  private @Nullable String time;

  @Option(names = "--start", paramLabel = "TIME", description = "start of a range query")
  private @Nullable String start;

  @Option(names = "--end", paramLabel = "TIME", description = "end of a range query, default now")
  private @Nullable String end;

  @Option(names = "--step", paramLabel = "DURATION", description = "step of a range query, default a 250th of the range")
  private @Nullable String step;

  @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", description = "table, json or csv")
  private Output output = Output.TABLE;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = java.util.Objects.requireNonNull(spec);
    PrintWriter out = own.commandLine().getOut();
    PrintWriter err = own.commandLine().getErr();
    JsonNode answer;
    try (SystemEnvironment system = new SystemEnvironment()) {
      answer = ask(system, system.environment().clock().wallMillis());
    }
    if (!answer.path("status").asString("").equals("success")) {
      err.println("meshwatch: " + answer.path("error").asString("the server gave no reason"));
      return ExitCode.NO;
    }
    answer.path("warnings").forEach(warning -> err.println("warning: " + warning.asString()));
    answer.path("infos").forEach(info -> err.println("info: " + info.asString()));
    switch (output) {
      case JSON -> out.println(answer.path("data").toString());
      case TABLE -> QueryTable.of(answer.path("data")).print(out);
      case CSV -> QueryTable.of(answer.path("data")).printCsv(out);
    }
    out.flush();
    return ExitCode.FINE;
  }

  private JsonNode ask(SystemEnvironment system, long nowMillis) throws InterruptedException {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("query", expression);
    String path = "/api/v1/query";
    if (start != null) {
      path = "/api/v1/query_range";
      long from = TimeText.parseMillis(start, nowMillis);
      long to = TimeText.parseMillis(end == null ? "now" : end, nowMillis);
      parameters.put("start", TimeText.seconds(from));
      parameters.put("end", TimeText.seconds(to));
      parameters.put("step", step == null ? TimeText.seconds(Math.max(1000, (to - from) / 250)) : step);
    } else if (time != null) {
      parameters.put("time", TimeText.seconds(TimeText.parseMillis(time, nowMillis)));
    }
    String form = parameters.entrySet().stream()
        .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    TlsTrust trust = Optional.ofNullable(ca).map(TlsTrust::ca).orElse(TlsTrust.PUBLIC);
    HttpCall call = HttpCall.post(
            URI.create(url.replaceAll("/+$", "") + path), "application/x-www-form-urlencoded", form.getBytes(StandardCharsets.UTF_8), trust)
        .withLimits(TIMEOUT_MILLIS, BODY_BYTES_MAX);
    if (user != null) {
      call = call.withBasicAuth(user, Secret.of(Optional.ofNullable(System.getenv("MESHWATCH_PASSWORD")).orElse("")));
    }
    return read(system.environment().network().exchange(call));
  }

  private JsonNode read(HttpResult result) {
    return switch (result) {
      case HttpResult.Failure failure -> throw new CommandFailedException(failure.message());
      case HttpResult.Answer answer -> {
        try {
          yield JsonMapper.shared().readTree(answer.body(), 0, answer.bodyLength());
        } catch (tools.jackson.core.JacksonException e) {
          throw new CommandFailedException(url + " answered " + answer.status() + " without JSON; is it a Prometheus-compatible server?", e);
        }
      }
    };
  }

  /** Rows of an answer: one line for each series and time. */
  private record QueryTable(List<List<String>> rows) {
    static QueryTable of(JsonNode data) {
      List<List<String>> rows = new ArrayList<>();
      JsonNode result = data.path("result");
      switch (data.path("resultType").asString("")) {
        case "scalar", "string" -> rows.add(row("", result));
        case "vector" -> result.forEach(series -> rows.add(row(name(series), series.path("value"))));
        case "matrix" -> result.forEach(series -> series.path("values").forEach(point -> rows.add(row(name(series), point))));
        default -> throw new CommandFailedException("the server answered with an unknown type of result: " + data.path("resultType"));
      }
      return new QueryTable(rows);
    }

    private static String name(JsonNode series) {
      Labels.Builder labels = Labels.builder();
      series.path("metric").propertyStream().forEach(each -> labels.set(each.getKey(), each.getValue().asString()));
      Labels all = labels.build();
      Labels rest = all.withoutMetricName();
      return all.metricName() + (rest.isEmpty() && !all.metricName().isEmpty() ? "" : rest);
    }

    private static List<String> row(String name, JsonNode point) {
      return List.of(name, TimeText.show(point.path(0).asDouble()), point.path(1).asString(point.path(1).toString()));
    }

    void print(PrintWriter out) {
      int nameWidth = rows.stream().mapToInt(row -> row.get(0).length()).max().orElse(0);
      rows.forEach(row -> out.printf("%-" + Math.max(1, nameWidth) + "s  %s  %s%n", row.get(0), row.get(1), row.get(2)));
      if (rows.isEmpty()) {
        out.println("(no data)");
      }
    }

    void printCsv(PrintWriter out) {
      out.println("series,time,value");
      rows.forEach(row -> out.println('"' + row.get(0).replace("\"", "\"\"") + "\"," + row.get(1) + "," + row.get(2)));
    }
  }
}
