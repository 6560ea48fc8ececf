package io.meshwatch.scrape;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.PromDuration;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Makes targets from what discovery found: the job's labels are added, the rules applied, the address taken apart. */
final class TargetFactory {
  private static final String SCHEME = "__scheme__";
  private static final String PATH = "__metrics_path__";
  private static final String INTERVAL = "__scrape_interval__";
  private static final String TIMEOUT = "__scrape_timeout__";
  private static final String UNIX_SOCKET = "__unix_socket__";
  private static final String NATIVE_HISTOGRAMS = "__scrape_native_histograms__";
  private static final String ALWAYS_CLASSIC = "__always_scrape_classic_histograms__";
  private static final String CONVERT_CLASSIC = "__convert_classic_histograms_to_nhcb__";
  private static final String PARAMETER_PREFIX = "__param_";
  private static final String RESERVED_PREFIX = "__";
  private static final String HOST = "host";

  /** What became of one discovered address. */
  sealed interface Result {
    record Kept(Target target) implements Result {}

    /** A rule dropped it. */
    record Dropped(Labels discovered) implements Result {}

    /** It cannot be a target. */
    record Invalid(Labels discovered, String reason) implements Result {}
  }

  private final ScrapeJob job;
  private final Relabeling relabeling;
  private final Map<String, List<String>> parameters = new TreeMap<>();

  TargetFactory(ScrapeJob job) {
    this.job = job;
    this.relabeling = Relabeling.compile(job.relabelRules(), job.formats().legacyNamesOnly());
    job.parameters().forEach(p -> parameters.computeIfAbsent(p.mapKey(), k -> new ArrayList<>()).add(p.mapValue()));
  }

  Result make(TargetGroup group, Labels address) {
    Labels discovered = discovered(group, address);
    Labels relabelled = relabeling.apply(discovered);
    if (relabelled == null) {
      return new Result.Dropped(discovered);
    }
    try {
      return new Result.Kept(target(discovered, relabelled));
    } catch (IllegalArgumentException e) {
      return new Result.Invalid(discovered, String.valueOf(e.getMessage()));
    }
  }

  private Labels discovered(TargetGroup group, Labels address) {
    Labels.Builder builder = group.labels().toBuilder();
    for (int i = 0; i < address.size(); i++) {
      builder.set(address.name(i), address.value(i));
    }
    setUnlessThere(builder, Labels.JOB, job.name());
    setUnlessThere(builder, INTERVAL, PromDuration.format(job.intervalMillis()));
    setUnlessThere(builder, TIMEOUT, PromDuration.format(job.timeoutMillis()));
    setUnlessThere(builder, PATH, job.path());
    setUnlessThere(builder, SCHEME, job.scheme().text());
    parameters.forEach((name, values) -> setUnlessThere(builder, PARAMETER_PREFIX + name, values.getFirst()));
    return builder.build();
  }

  private static void setUnlessThere(Labels.Builder builder, String name, String value) {
    if (builder.get(name).isEmpty()) {
      builder.set(name, value);
    }
  }

  private Target target(Labels discovered, Labels relabelled) {
    String address = relabelled.get(TargetGroup.ADDRESS);
    if (address.isEmpty()) {
      throw new IllegalArgumentException("no address");
    }
    if (address.indexOf('/') >= 0) {
      throw new IllegalArgumentException(Names.quote(address) + " is not a valid hostname: it contains a slash");
    }
    long intervalMillis = duration(relabelled, INTERVAL);
    long timeoutMillis = duration(relabelled, TIMEOUT);
    if (timeoutMillis > intervalMillis) {
      throw new IllegalArgumentException("scrape timeout cannot be greater than scrape interval: "
          + PromDuration.format(timeoutMillis) + " > " + PromDuration.format(intervalMillis));
    }
    return new Target(publicLabels(relabelled, address), discovered, uri(relabelled, address), socketFile(relabelled), formats(relabelled), intervalMillis, timeoutMillis);
  }

  private FormatSettings formats(Labels labels) {
    FormatSettings usual = job.formats();
    return usual.withHistograms(flag(labels, NATIVE_HISTOGRAMS, usual.nativeHistograms()), flag(labels, ALWAYS_CLASSIC, usual.alwaysClassicHistograms()),
        flag(labels, CONVERT_CLASSIC, usual.convertClassicHistograms()));
  }

  private static boolean flag(Labels labels, String name, boolean otherwise) {
    return switch (labels.get(name)) {
      case "" -> otherwise;
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(name + ": expected true or false, got " + Names.quote(labels.get(name)));
    };
  }

  private static Optional<Path> socketFile(Labels labels) {
    return Optional.of(labels.get(UNIX_SOCKET)).filter(path -> !path.isEmpty()).map(Path::of);
  }

  private static long duration(Labels labels, String name) {
    long millis = PromDuration.parseMillis(labels.get(name));
    if (millis == 0) {
      throw new IllegalArgumentException(name + " cannot be 0");
    }
    return millis;
  }

  /** Labels for people and series: none with a reserved name, but always instance and host. */
  private static Labels publicLabels(Labels relabelled, String address) {
    Labels.Builder builder = Labels.builder();
    for (int i = 0; i < relabelled.size(); i++) {
      if (!relabelled.name(i).startsWith(RESERVED_PREFIX)) {
        builder.set(relabelled.name(i), relabelled.value(i));
      }
    }
    setUnlessThere(builder, Labels.INSTANCE, address);
    setUnlessThere(builder, HOST, hostOf(address));
    return builder.build();
  }

  /** The address without its port; brackets around an IPv6 address go, too. */
  static String hostOf(String address) {
    if (address.startsWith("[")) {
      int bracket = address.indexOf(']');
      return bracket < 0 ? address : address.substring(1, bracket);
    }
    int colon = address.lastIndexOf(':');
    boolean severalColons = colon != address.indexOf(':');
    return colon < 0 || severalColons ? address : address.substring(0, colon);
  }

  private URI uri(Labels labels, String address) {
    String scheme = labels.get(SCHEME);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("expected scheme http or https, got " + Names.quote(scheme));
    }
    String path = labels.get(PATH);
    try {
      URI page = new URI(scheme, address, path.startsWith("/") ? path : "/" + path, null, null);
      if (page.getHost() == null) {
        throw new IllegalArgumentException(Names.quote(address) + " is not a valid host and port");
      }
      String query = query(labels);
      return query.isEmpty() ? page : URI.create(page + "?" + query);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(Names.quote(address) + " is not a valid host and port", e);
    }
  }

  /** The job's parameters; a label {@code __param_x} replaces the first value of x. */
  private String query(Labels labels) {
    Map<String, List<String>> all = new TreeMap<>();
    parameters.forEach((name, values) -> all.put(name, new ArrayList<>(values)));
    for (int i = 0; i < labels.size(); i++) {
      if (labels.name(i).startsWith(PARAMETER_PREFIX)) {
        List<String> values = all.computeIfAbsent(labels.name(i).substring(PARAMETER_PREFIX.length()), n -> new ArrayList<>(List.of("")));
        values.set(0, labels.value(i));
      }
    }
    List<String> pairs = new ArrayList<>();
    all.forEach((name, values) -> values.forEach(v -> pairs.add(encoded(name) + "=" + encoded(v))));
    return String.join("&", pairs);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

}
