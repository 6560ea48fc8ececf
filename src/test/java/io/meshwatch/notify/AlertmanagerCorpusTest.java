package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.MatcherParser.Mode;
import io.meshwatch.notify.TimeInterval.Range;
import io.meshwatch.notify.mail.Truncation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.nodes.Node;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alertmanager's own test tables. */
class AlertmanagerCorpusTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final DateTimeFormatter RFC_822 = DateTimeFormatter.ofPattern("d MMM yy HH:mm Z", Locale.ENGLISH);

  private interface Check {
    void run(JsonNode testCase) throws IOException;
  }

  private static Stream<DynamicTest> cases(String file, Check check) throws IOException {
    JsonNode table = JSON.readTree(Files.readAllBytes(Shared.folder("corpora/" + file)));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode testCase : table.get("cases")) {
      String name = testCase.toString();
      tests.add(DynamicTest.dynamicTest(name.substring(0, Math.min(100, name.length())), () -> check.run(testCase)));
    }
    return tests.stream();
  }

  private static JsonNode table(String file) throws IOException {
    return JSON.readTree(Files.readAllBytes(Shared.folder("corpora/" + file)));
  }

  // Matchers

  private static List<String> expected(JsonNode testCase) {
    List<String> matchers = new ArrayList<>();
    for (JsonNode m : testCase.path("matchers")) {
      matchers.add(m.get("name").asString() + m.get("op").asString() + m.get("value").asString());
    }
    return matchers;
  }

  private static List<String> parsed(String text, Mode mode) {
    return MatcherParser.parse(text, mode).stream().map(m -> m.name() + m.op().symbol() + m.value()).toList();
  }

  private static void checkMatchers(JsonNode testCase, Mode mode) {
    String input = testCase.get("input").asString();
    if (testCase.has("error")) {
      assertThatThrownBy(() -> MatcherParser.parse(input, mode)).as(input).isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(parsed(input, mode)).as(input).isEqualTo(expected(testCase));
    }
  }

  @TestFactory
  Stream<DynamicTest> readsClassicMatchers() throws IOException {
    return cases("am_matchers/classic.json", c -> checkMatchers(c, Mode.CLASSIC));
  }

  @TestFactory
  Stream<DynamicTest> readsUtf8Matchers() throws IOException {
    return cases("am_matchers/utf8_matchers.json", c -> checkMatchers(c, Mode.UTF8));
  }

  @TestFactory
  Stream<DynamicTest> readsOneUtf8Matcher() throws IOException {
    return cases("am_matchers/utf8_matcher.json", c -> {
      if (c.path("error").asString("").equals("no matchers")) {
        assertThat(MatcherParser.parse(c.get("input").asString(), Mode.UTF8)).isEmpty();
      } else {
        checkMatchers(c, Mode.UTF8);
      }
    });
  }

  @TestFactory
  Stream<DynamicTest> readsWhatBothGrammarsShare() throws IOException {
    return cases("am_matchers/compliance.json", c -> {
      // A name with dashes is new in the UTF-8 grammar.
      if (!c.get("input").asString().contains("name-with-dashes")) {
        checkMatchers(c, Mode.CLASSIC);
      }
      if (!c.has("utf8ParserDiffers")) {
        checkMatchers(c, Mode.UTF8);
      }
      checkMatchers(c, Mode.FALLBACK);
    });
  }

  @TestFactory
  Stream<DynamicTest> printsMatchers() throws IOException {
    return cases("am_matchers/string.json", c -> {
      Matcher.Op op = Stream.of(Matcher.Op.values()).filter(o -> o.symbol().equals(c.get("op").asString())).findFirst().orElseThrow();
      assertThat(MatcherParser.format(new Matcher(c.get("name").asString(), op, c.get("value").asString()))).isEqualTo(c.get("string").asString());
    });
  }

  // Routes and inhibitions

  @TestFactory
  Stream<DynamicTest> routesAsAlertmanagerDoes() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String name : List.of("RouteMatch", "RouteMatchers", "RouteMatchersAndMatch")) {
      String file = "am_routing/" + name + ".json";
      Route root = tree(table(file).get("note").asString());
      cases(file, c -> checkRoutes(root, c)).forEach(tests::add);
    }
    return tests.stream();
  }

  private static Route tree(String note) {
    String yaml = note.substring(note.indexOf('\n'));
    List<String> receivers = Pattern.compile("receiver: ['\"]?([\\w-]+)").matcher(yaml).results().map(r -> r.group(1)).distinct().toList();
    String document = "route:" + yaml.replace("\n", "\n  ") + "\nreceivers:\n" + String.join("", receivers.stream().map(r -> "- name: " + r + "\n").toList());
    return AlertmanagerFile.load("note", document, f -> Optional.empty()).routing().root();
  }

  private static void checkRoutes(Route root, JsonNode testCase) {
    List<Route> taken = root.match(labels(testCase.get("labels")));
    assertThat(taken.stream().map(Route::key)).isEqualTo(texts(testCase.get("keys")));
    assertThat(taken.stream().map(AlertmanagerCorpusTest::describe)).isEqualTo(describe(testCase.get("routes")));
  }

  private static String describe(Route route) {
    Route.Grouping g = route.grouping();
    return route.receiver() + (g.byAll() ? "..." : g.by().stream().sorted().toList()) + g.groupWaitMillis() + "/" + g.groupIntervalMillis() + "/" + g.repeatIntervalMillis();
  }

  private static List<String> describe(JsonNode routes) {
    List<String> all = new ArrayList<>();
    for (JsonNode r : routes) {
      String by = r.get("groupByAll").asBoolean() ? "..." : texts(r.get("groupBy")).stream().sorted().toList().toString();
      all.add(r.get("receiver").asString() + by + millis(r, "groupWaitNs") + "/" + millis(r, "groupIntervalNs") + "/" + millis(r, "repeatIntervalNs"));
    }
    return all;
  }

  private static long millis(JsonNode node, String field) {
    return Duration.ofNanos(node.get(field).asLong()).toMillis();
  }

  private static Labels labels(JsonNode node) {
    Labels.Builder builder = Labels.builder();
    node.properties().forEach(e -> builder.set(e.getKey(), e.getValue().asString()));
    return builder.build();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(t -> texts.add(t.asString()));
    return texts;
  }

  @TestFactory
  Stream<DynamicTest> inhibitsAsAlertmanagerDoes() throws IOException {
    Map<String, Matcher.Op> firstTarget = Map.of("InhibitRuleMatches", Matcher.Op.EQUAL, "InhibitRuleMatchers", Matcher.Op.NOT_EQUAL);
    List<DynamicTest> tests = new ArrayList<>();
    for (var table : firstTarget.entrySet()) {
      List<InhibitRule> rules = List.of(
          new InhibitRule("", List.of(Matcher.equal("s1", "1")), List.of(new Matcher("t1", table.getValue(), "1")), List.of("e")),
          new InhibitRule("", List.of(Matcher.equal("s2", "1")), List.of(Matcher.equal("t2", "1")), List.of("e")));
      Inhibitor inhibitor = new Inhibitor(rules, List.of(Labels.of("s1", "1", "t1", "2", "e", "1"), Labels.of("s2", "1", "t2", "1", "e", "1")));
      cases("am_inhibit/" + table.getKey() + ".json", c ->
          assertThat(inhibitor.inhibitorOf(labels(c.get("target"))).isPresent()).isEqualTo(c.get("inhibited").asBoolean())).forEach(tests::add);
    }
    return tests.stream();
  }

  // Times

  private static long millis(String rfc822) {
    return ZonedDateTime.parse(rfc822, RFC_822).toInstant().toEpochMilli();
  }

  private static void checkTimes(JsonNode testCase, List<TimeInterval> intervals) {
    for (JsonNode time : testCase.path("contains")) {
      assertThat(intervals.stream().anyMatch(i -> i.contains(millis(time.asString())))).as(time.asString()).isTrue();
    }
    for (JsonNode time : testCase.path("excludes")) {
      assertThat(intervals.stream().anyMatch(i -> i.contains(millis(time.asString())))).as(time.asString()).isFalse();
    }
  }

  private static List<Range> ranges(JsonNode list) {
    List<Range> ranges = new ArrayList<>();
    list.forEach(r -> ranges.add(new Range(r.get(0).asInt(), r.get(1).asInt())));
    return ranges;
  }

  @TestFactory
  Stream<DynamicTest> knowsWhatLiesInAnInterval() throws IOException {
    return cases("time_intervals/contains.json", c -> {
      JsonNode i = c.get("interval");
      checkTimes(c, List.of(new TimeInterval(ranges(i.path("times")), ranges(i.path("weekdays")), ranges(i.path("days_of_month")), ranges(i.path("months")),
          ranges(i.path("years")), ZoneId.of(i.path("location").asString("UTC")))));
    });
  }

  @TestFactory
  Stream<DynamicTest> readsOneInterval() throws IOException {
    return cases("time_intervals/complete.json", c -> {
      YamlReader yaml = new YamlReader("test");
      Node node = Objects.requireNonNull(yaml.document(c.get("yaml").asString()));
      List<TimeInterval> interval = List.of(new TimeIntervalReader(yaml).interval(node));
      assertThat(yaml.problems()).isEmpty();
      checkTimes(c, interval);
    });
  }

  @TestFactory
  Stream<DynamicTest> readsIntervals() throws IOException {
    return cases("time_intervals/yaml.json", c -> {
      YamlReader yaml = new YamlReader("test");
      List<TimeInterval> intervals = new TimeIntervalReader(yaml).intervals(yaml.document(c.get("yaml").asString()));
      if (c.has("error")) {
        assertThat(yaml.problems()).isNotEmpty();
      } else {
        assertThat(yaml.problems()).isEmpty();
        checkTimes(c, intervals);
      }
    });
  }

  @TestFactory
  Stream<DynamicTest> readsTimesOfDay() throws IOException {
    return cases("time_intervals/time_strings.json", c -> {
      YamlReader yaml = new YamlReader("test");
      List<TimeInterval> intervals = new TimeIntervalReader(yaml).intervals(yaml.document("- times: [" + c.get("timeString").asString() + "]"));
      assertThat(yaml.failed()).isEqualTo(c.get("error").asBoolean());
      if (!yaml.failed()) {
        assertThat(intervals.getFirst().minutesOfDay()).containsExactly(new Range(c.get("range").get(0).asInt(), c.get("range").get(1).asInt()));
      }
    });
  }

  // Whole files, and the rest

  @TestFactory
  Stream<DynamicTest> acceptsAndRefusesFilesAsAlertmanagerDoes() throws IOException {
    Path folder = Shared.folder("corpora/config/alertmanager");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode entry : JSON.readTree(Files.readAllBytes(folder.resolve("index.json"))).get("files")) {
      if (!entry.get("ok").isNull()) {
        String name = entry.get("file").asString();
        tests.add(DynamicTest.dynamicTest(name, () -> checkFile(name, Files.readString(folder.resolve(name)), entry.get("ok").asBoolean())));
      }
    }
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> acceptsAndRefusesDocumentsAsAlertmanagerDoes() throws IOException {
    return cases("config/alertmanager_inline/inline.json", c -> checkFile(c.get("test").asString(), c.get("yaml").asString(), c.has("ok")));
  }

  private static void checkFile(String name, String text, boolean ok) {
    if (ok) {
      AlertmanagerFile.load(name, text, f -> Optional.empty());
    } else {
      assertThatThrownBy(() -> AlertmanagerFile.load(name, text, f -> Optional.empty())).isInstanceOf(ProblemsException.class);
    }
  }

  @TestFactory
  Stream<DynamicTest> loadsTheRoutingThatBelongsToTheShippedRules() {
    return Stream.of(DynamicTest.dynamicTest("alertmanager.yml", () -> {
      String text = Files.readString(Shared.folder("alert-pack/alertmanager.yml"));
      Routing routing = AlertmanagerFile.load("alertmanager.yml", text, f -> Optional.empty()).routing();
      assertThat(routing.inhibitRules()).hasSize(22);
      // The shipped rules have more to say about smoke tests than that file, and alerts with labels that it does not know.
      assertThat(routing.inhibitRules()).filteredOn(rule -> !rule.source().toString().contains("Sonar")).hasSizeGreaterThan(15)
          .allSatisfy(rule -> assertThat(ShippedInhibitions.RULES).anySatisfy(shipped -> {
            assertThat(shipped.source().toString().replace("=~", "=")).isEqualTo(rule.source().toString().replace("=~", "="));
            assertThat(shipped.equal()).containsAll(rule.equal());
          }));
    }));
  }

  @TestFactory
  Stream<DynamicTest> shortensTexts() throws IOException {
    return cases("am_misc/truncate.json", c -> {
      String in = c.get("in").asString();
      int n = c.get("n").asInt();
      assertThat(Truncation.toCharacters(in, n)).isEqualTo(c.get("runes").get("out").asString());
      assertThat(Truncation.toBytes(in, n)).isEqualTo(c.get("bytes").get("out").asString());
    });
  }
}
