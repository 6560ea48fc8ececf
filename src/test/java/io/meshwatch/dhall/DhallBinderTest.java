package io.meshwatch.dhall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DhallBinderTest {
  public enum Tls {
    NONE,
    START_TLS,
    IMPLICIT
  }

  public record Target(String platformName, String url) {}

  public record Sonar(
      String username, Secret password, int scanInterval, double factor, boolean active, Tls tls, List<Target> targets, Optional<String> note,
      Map<String, String> labels) {
    public static Sonar defaults() {
      return new Sonar("", Secret.EMPTY, 60, 1.0, true, Tls.NONE, List.of(), Optional.empty(), Map.of());
    }
  }

  public record Monitor(List<String> additionalAlertAddresses, Sonar sonar) {}

  public record Top(Monitor monitor) {}

  public sealed interface Check {}

  public record Http(String url, Optional<Integer> status) implements Check {}

  public record Tcp(int port) implements Check {}

  public record Nothing() implements Check {}

  public record Checks(List<Check> checks) {}

  private final DhallLoader loader =
      new DhallLoader(new FakeDisk(), name -> Optional.empty(), Path.of("/")).withPredefined(Map.of("Secret", DhallLoaderTest.SECRET));

  private final DhallBinder binder = new DhallBinder().withConverter(Secret.class, DhallBinderTest::secret);

  private static Optional<Secret> secret(DhallValue value, DhallBinder.Report report) {
    return switch (value) {
      case DhallValue.TextValue text -> {
        report.warning(text.place(), "a secret is written as plain Text");
        yield Optional.of(Secret.of(text.text()));
      }
      case DhallValue.AlternativeValue alternative when alternative.payload().orElse(null) instanceof DhallValue.TextValue text ->
          Optional.of(Secret.of(alternative.name() + ":" + text.text()));
      default -> {
        report.error(value.place(), "expected a Secret, got " + value.kind());
        yield Optional.empty();
      }
    };
  }

  private <T> DhallBinder.Bound<T> bind(String text, Class<T> type) {
    return binder.bind(loader.load(text, "config.dhall"), type);
  }

  private List<String> problems(String text, Class<?> type) {
    ProblemsException mistakes = catchThrowableOfType(ProblemsException.class, () -> bind(text, type));
    assertThat(mistakes).isNotNull();
    return mistakes.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void bindsFieldsByNameAndTakesDefaultsForTheRest() {
    Sonar sonar =
        bind("{ username = \"me\", password = Secret.fromEnv \"X\", targets = [ { platformName = \"aws\", url = \"https://x\" } ] }", Sonar.class)
            .value();

    assertThat(sonar.password()).isEqualTo(Secret.of("fromEnv:X"));
    assertThat(sonar.scanInterval()).isEqualTo(60);
    assertThat(sonar.targets()).containsExactly(new Target("aws", "https://x"));
  }

  @Test
  void bindsTheKindsOfValues() {
    Sonar sonar =
        bind("{ scan-interval = +30, factor = 2, active = False, tls = \"start-tls\", note = Some \"n\", labels = toMap { a = \"1\" } }", Sonar.class)
            .value();

    assertThat(sonar.scanInterval()).isEqualTo(30);
    assertThat(sonar.factor()).isEqualTo(2.0);
    assertThat(sonar.active()).isFalse();
    assertThat(sonar.tls()).isEqualTo(Tls.START_TLS);
    assertThat(sonar.note()).contains("n");
    assertThat(sonar.labels()).containsExactly(Map.entry("a", "1"));
    assertThat(bind("{ note = \"plain\", tls = < none | implicit >.implicit, labels = { b = \"2\" }, username = Some \"x\" }", Sonar.class).value())
        .returns(Optional.of("plain"), Sonar::note)
        .returns(Tls.IMPLICIT, Sonar::tls)
        .returns("x", Sonar::username)
        .returns(Map.of("b", "2"), Sonar::labels);
    assertThat(bind("{ username = None Text, note = None Text }", Sonar.class).value()).isEqualTo(Sonar.defaults());
  }

  @Test
  void bindsUnionsToSealedInterfaces() {
    String type = "let Check = < http : { url : Text, status : Optional Natural } | tcp : Natural | nothing > in ";
    Checks checks =
        bind(type + "{ checks = [ Check.http { url = \"u\", status = Some 200 }, Check.tcp 25, Check.nothing ] }", Checks.class).value();
    assertThat(checks.checks()).containsExactly(new Http("u", Optional.of(200)), new Tcp(25), new Nothing());
    assertThat(problems("{ checks = [ < htp >.htp ] }", Checks.class)).containsExactly(
        "config.dhall:1:22: `checks[0]`: expected one of the alternatives Http, Tcp, Nothing, got `htp`; did you mean `Http`?");
  }

  @Test
  void allMistakesComeAtOnceWithPlaces() {
    assertThat(problems(
        """
        { monitor =
          { additionalAlertAddreses = [ "a" ]
          , sonar =
            { username = 1
            , scanInterval = -5.5
            , factor = "fast"
            , tls = "startls"
            , targets = [ { platformName = "aws" } ]
            , active = 3000000000
            , note = Some [ 1 ]
            }
          }
        }
        """,
        Top.class))
        .containsExactly(
            "config.dhall:2:5: unknown field `additionalAlertAddreses`; did you mean `additionalAlertAddresses`?",
            "config.dhall:4:18: `monitor.sonar.username`: expected a Text, got Natural",
            "config.dhall:5:22: `monitor.sonar.scanInterval`: expected a whole number, got Double",
            "config.dhall:6:16: `monitor.sonar.factor`: expected a number, got Text",
            "config.dhall:7:13: `monitor.sonar.tls`: expected one of NONE, START_TLS, IMPLICIT, got `startls`; did you mean `START_TLS`?",
            "config.dhall:8:19: `monitor.sonar.targets[0]`: the field `url` is missing: expected a Text",
            "config.dhall:9:16: `monitor.sonar.active`: expected a Bool, got Natural",
            "config.dhall:10:19: `monitor.sonar.note`: expected a Text, got List");
  }

  @Test
  void numbersOutOfRangeAreMistakes() {
    assertThat(problems("{ scanInterval = 3000000000 }", Sonar.class)).containsExactly(
        "config.dhall:1:18: `scanInterval`: expected a whole number from -2147483648 to 2147483647, got 3000000000");
  }

  @Test
  void missingFieldsNameThePlaceOfTheRecord() {
    assertThat(problems("{ monitor = { additionalAlertAddresses = [ \"a\" ] } }", Top.class))
        .containsExactly("config.dhall:1:13: `monitor`: the field `sonar` is missing: expected a record");
  }

  @Test
  void warningsOfConvertersComeWithTheValue() {
    DhallBinder.Bound<Sonar> bound = bind("{ password = \"hunter2\" }", Sonar.class);

    assertThat(bound.value().password()).isEqualTo(Secret.of("hunter2"));
    assertThat(bound.warnings()).extracting(Problem::toString).containsExactly("config.dhall:1:14: warning: a secret is written as plain Text");
  }

  @Test
  void secretsNeverShowInMistakes() {
    assertThat(problems("{ password = [ \"hunter2\" ], username = { password = \"hunter2\" }, factor = \"hunter2\" }", Sonar.class))
        .noneMatch(text -> text.contains("hunter2"));
  }

  @Test
  void placesOfComponentsCanBeAskedFor() {
    DhallBinder.Bound<Sonar> bound = bind("{ username = \"x\"\n, targets = [ { platformName = \"a\", url = \"b\" } ] }", Sonar.class);

    assertThat(bound.places().get("targets[0].url")).hasToString("config.dhall:2:37");
    assertThat(bound.places()).doesNotContainKey("factor");
  }
}
