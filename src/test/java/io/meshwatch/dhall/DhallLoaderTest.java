package io.meshwatch.dhall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DhallLoaderTest {
  private static final Map<String, String> VARIABLES = Map.of("ANSWER", "42", "PASSWORD", "hunter2", "BROKEN", "{ a = hunter2");

  static final String SECRET =
      "< Raw : Text | Native : Text | fromEnv : Text | fromAnsible : Text | fromTerraform : Text | fromFile : Text >";

  static final String CONTRACT =
      """
      { monitor =
        { , additionalAlertAddresses = [ "alerts@example.com" ]
          , sonar =
            { username = "sonar@example.com"
            , password = Secret.fromEnv "SONAR_PASSWORD"
            , customer = "my-customer"
            , project = "my-project"
            , scanInterval = 60
            , targets = [ { platformName = "aws.aws-main", url = "https://federation.example.com/…/access" } ]
            }
        }
      }
      """;

  private final FakeDisk disk = new FakeDisk();
  private final DhallLoader loader =
      new DhallLoader(disk, name -> Optional.ofNullable(VARIABLES.get(name)), Path.of("/home/me")).withPredefined(Map.of("Secret", SECRET));

  private String rendered(String text) {
    return DhallText.render(loader.load(text, "config.dhall"), DhallText.Secrecy.NOTHING);
  }

  private List<String> problems(String text) {
    ProblemsException mistakes = catchThrowableOfType(ProblemsException.class, () -> loader.load(text, "config.dhall"));
    assertThat(mistakes).as("a mistake in " + text).isNotNull();
    return mistakes.problems().stream().map(Problem::toString).toList();
  }

  @Test
  void loadsThePublishedContract() {
    DhallValue.RecordValue top = (DhallValue.RecordValue) loader.load(CONTRACT, "config.dhall");
    DhallValue.RecordValue monitor = (DhallValue.RecordValue) top.field("monitor").orElseThrow();
    DhallValue.RecordValue sonar = (DhallValue.RecordValue) monitor.field("sonar").orElseThrow();

    DhallValue.AlternativeValue password = (DhallValue.AlternativeValue) sonar.field("password").orElseThrow();
    assertThat(password.name()).isEqualTo("fromEnv");
    assertThat(sonar.field("password").orElseThrow().place()).hasToString("config.dhall:5:20");
    assertThat(sonar.fields()).hasEntrySatisfying("password", field -> assertThat(field.place()).hasToString("config.dhall:5:9"));
    assertThat(sonar.field("scanInterval")).get().isInstanceOf(DhallValue.NaturalValue.class);
  }

  @Test
  void valueKeepsThePlaceOfTheLiteralThatGaveIt() {
    DhallValue.RecordValue value =
        (DhallValue.RecordValue) loader.load("let defaults = { port = 1, host = \"a\" }\nin  defaults // { port = 2 }", "config.dhall");

    assertThat(value.field("port").orElseThrow().place()).hasToString("config.dhall:2:26");
    assertThat(value.field("host").orElseThrow().place()).hasToString("config.dhall:1:35");
  }

  @Test
  void columnsCountCharactersNotCodeUnits() {
    assertThat(problems("{ a = \"😀\", b = x }")).containsExactly("config.dhall:1:16: unknown variable `x`");
  }

  @Test
  void tenMistakesGiveTenMessages() {
    assertThat(problems(
        """
        { a = 1 + "x"
        , b = foo
        , c = { port = 1 }.prot
        , d = [ 1, "a" ]
        , e = if 1 then 2 else 3
        , f = Secret.fromENV "x"
        , g = merge { A = 1 } < A | B >.A
        , h = List/length Natural [ True ]
        , i = ./missing.dhall
        , j = "${1}"
        }
        """))
        .containsExactly(
            "config.dhall:1:11: the right operand of `+` has the wrong type: expected Natural, got Text",
            "config.dhall:2:7: unknown variable `foo`",
            "config.dhall:3:20: unknown field `prot`; did you mean `port`?",
            "config.dhall:4:12: this item has the wrong type: expected Natural, got Text",
            "config.dhall:5:10: the condition of `if` has the wrong type: expected Bool, got Natural",
            "config.dhall:6:14: unknown constructor `fromENV`; did you mean `fromEnv`?",
            "config.dhall:7:13: `merge` needs a handler for each alternative: missing `B`",
            "config.dhall:8:29: this item has the wrong type: expected Natural, got Bool",
            "config.dhall:9:7: there is no file missing.dhall",
            "config.dhall:10:10: what is put into a text has the wrong type: expected Text, got Natural");
  }

  @Test
  void oneMistakeGivesOneMessage() {
    assertThat(problems("let x = 1 + \"a\" let y = x + 1 in { a = y, b = [ y ], c = \\(n : Natural) -> y + n }")).hasSize(1);
  }

  @Test
  void ofRecordTypesOnlyTheDifferingFieldsAreShown() {
    assertThat(problems("let x = { a = 1, b = { c = \"x\", d = 1 } } in x : { a : Natural, b : { c : Natural, d : Natural }, e : Text }"))
        .containsExactly(
            """
            config.dhall:1:46: this has the wrong type: the types differ in these places:
              `b.c`: expected Natural, got Text
              the field `e` is missing: expected Text""");
  }

  @Test
  void completionChecksEachFieldAtItsPlace() {
    String schema = "let T = { Type = { port : Natural, host : Text }, default = { port = 1 } } in ";
    assertThat(rendered(schema + "T::{ host = \"a\" }")).isEqualTo("{ host = \"a\", port = 1 }");
    assertThat(problems(schema + "[ T::{ host = 1, prot = 2 }, T::{=} ]"))
        .containsExactly(
            "config.dhall:1:93: the field `host` has the wrong type: expected Text, got Natural",
            "config.dhall:1:96: unknown field `prot`; did you mean `port`?",
            "config.dhall:1:111: the field `host` has no default and is missing: expected a value of type Text");
  }

  @Test
  void parseErrorsSayWhatWasFoundAndWhatCouldStandThere() {
    assertThat(problems("{ a = 1 b = 2 }"))
        .containsExactly("config.dhall:1:11: there is a `=` where none is expected: is a `,` missing before the name that stands before it?");
    assertThat(problems("{ a = }")).containsExactly("config.dhall:1:7: cannot read this: expected an expression, got `}`");
    assertThat(problems("[ 1, 2")).containsExactly("config.dhall:1:7: cannot read this: expected `,` or `]`, got the end of the text");
    assertThat(problems("{ a = \"abc }"))
        .containsExactly("config.dhall:1:7: this text is never closed: expected `\"` before the end of the line");
    assertThat(problems("{ a = [] }"))
        .containsExactly("config.dhall:1:10: cannot read this: expected `:` and the type of the empty list, as in `[] : List Text`, got `}`");
    assertThat(problems("{ a = 1, a = 2 }"))
        .containsExactly("config.dhall:1:10: this field is there twice: expected it once, or records both times, which are combined");
    assertThat(problems("{- comment")).containsExactly(
        "config.dhall:1:1: this comment `{-` is never closed: expected `-}`, got the end of the text");
  }

  @Test
  void importsRelativeFilesTheEnvironmentAndAlternatives() {
    disk.file("lib/types.dhall", "{ Port = ./port.dhall }").file("lib/port.dhall", "Natural").file("/home/me/x.dhall", "+1").file("a.txt", "hi\n");

    assertThat(rendered("(env:ANSWER : (./lib/types.dhall).Port) + 1")).isEqualTo("43");
    assertThat(rendered("~/x.dhall")).isEqualTo("+1");
    assertThat(rendered("env:NOT_SET ? ./nothing.dhall ? missing ? 7")).isEqualTo("7");
    assertThat(rendered("./a.txt as Text")).isEqualTo("\"hi\\n\"");
    assertThat(rendered("./a.txt as Bytes")).isEqualTo("0x\"68690a\"");
    assertThat(rendered("./lib/../a.txt as Location")).endsWith(".Local \"./a.txt\"");
  }

  @Test
  void mistakesInImportedFilesHaveTheirOwnPlace() {
    disk.file("lib/a.dhall", "1 +\n  True").file("lib/b.dhall", "{ x = ").file("lib/c.dhall", "./d.dhall");
    assertThat(problems("{ a = ./lib/a.dhall, b = ./lib/b.dhall, c = ./lib/c.dhall }"))
        .containsExactly(
            "lib/a.dhall:2:3: the right operand of `+` has the wrong type: expected Natural, got Bool",
            "lib/b.dhall:1:7: cannot read this: expected an expression, got the end of the text",
            "lib/c.dhall:1:1: there is no file lib/d.dhall; did you mean `a.dhall`?");
  }

  @Test
  void cyclesAreMistakesWithTheirChain() {
    disk.file("a.dhall", "./b.dhall").file("b.dhall", "1 + ./a.dhall");
    assertThat(problems("./a.dhall")).containsExactly("b.dhall:1:5: these files import each other in a circle: a.dhall → b.dhall → a.dhall");
  }

  @Test
  void hashesProtectImports() {
    disk.file("n.dhall", "let x = 1 in x");
    String right = "d60d8415e36e86dae7f42933d3b0c4fe3ca238f057fba206c7e9fbf5d784fe15";
    assertThat(rendered("./n.dhall sha256:" + right)).isEqualTo("1");
    assertThat(problems("./n.dhall sha256:" + right.replace('d', 'e')).getFirst())
        .startsWith("config.dhall:1:1: the imported expression is not the one that was meant: expected sha256:e60e8415");
  }

  @Test
  void remoteImportsAreRefusedUnlessAllowed() {
    assertThat(problems("https://example.com/x.dhall")).containsExactly(
        "config.dhall:1:1: cannot import https://example.com/x.dhall: remote imports are switched off: save the file and import it by its path");
    DhallLoader allowed = loader.withRemote((url, headers) -> new DhallRemote.Answer("[ 1 ]".getBytes(StandardCharsets.UTF_8), ""));
    assertThat(allowed.load("https://example.com/x.dhall", "config.dhall")).isInstanceOf(DhallValue.ListValue.class);
  }

  @Test
  void valuesOfEnvironmentVariablesNeverShow() {
    assertThat(problems("assert : (env:PASSWORD as Text) === \"x\"")).noneMatch(text -> text.contains("hunter2"));
    assertThat(problems("env:BROKEN")).noneMatch(text -> text.contains("hunter2"));
    assertThat(loader.load("env:PASSWORD as Text", "config.dhall").toString()).doesNotContain("hunter2");
  }

  @Test
  void aRenderedValueLoadsToTheSameValue() {
    String text =
        """
        { list = [ Some 1, None Natural ]
        , empty = [] : List Text
        , union = < A | B : { x : Text } >.B { x = "a ${"$"}{b} \\n" }
        , nested.`with space`.x = -1.5e-3
        , bool = False
        , none = None { x : Natural }
        }
        """;
    String once = rendered(text);
    assertThat(rendered(once)).isEqualTo(once);
  }

  @Test
  void hidesWhatIsSecretWhenRendering() {
    DhallValue value = loader.load("{ password = Secret.Raw \"hunter2\", user = \"me\" }", "config.dhall");
    assertThat(DhallText.render(value, (path, part) -> path.equals("password"))).isEqualTo("{ password = \"<secret>\", user = \"me\" }");
  }

  @Test
  void nestingBeyondTheLimitIsAMessageNotACrash() {
    for (String open : List.of("(", "[", "{ a = ", "Some (", "\\(x : Natural) -> ", "if True then 1 else ", "\"${", "List (", "(1 + ", "f (")) {
      assertThat(problems(open.repeat(5_000)).getFirst()).contains("nested too deeply: expected at most 200 levels");
    }
    assertThat(problems("let x = 1 ".repeat(5_000) + "in x").getFirst()).contains("too many bindings: expected at most 1000 in one `let`");
    assertThat(problems("1" + " + 1".repeat(5_000)).getFirst()).contains("this chain is too long: expected at most 500 parts");
    assertThat(problems("f" + " x".repeat(5_000)).getFirst()).contains("this chain is too long");
    assertThat(problems("x" + ".x".repeat(5_000)).getFirst()).contains("this chain is too long");
  }

  @Test
  void nestingUpToTheLimitLoads() {
    int levels = Parser.NESTING_MAX - 10;
    assertThat(rendered("(".repeat(levels) + "1" + ")".repeat(levels))).isEqualTo("1");
    assertThat(loader.load("[ ".repeat(levels) + "1" + " ]".repeat(levels), "config.dhall")).isInstanceOf(DhallValue.ListValue.class);
    assertThat(loader.load("{ a = ".repeat(levels) + "1" + " }".repeat(levels), "config.dhall")).isInstanceOf(DhallValue.RecordValue.class);
    assertThat(rendered("1" + " + 1".repeat(Parser.CHAIN_MAX - 1))).isEqualTo("500");
    assertThat(rendered("let x0 = 1 " + chainOfLets(900) + "in x900")).isEqualTo("901");
  }

  private static String chainOfLets(int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      text.append("let x").append(i).append(" = x").append(i - 1).append(" + 1 ");
    }
    return text.toString();
  }

  @Test
  void endlessComputationsAreStopped() {
    assertThat(problems("Natural/fold 1000000000 Natural (\\(x : Natural) -> x + 1) 0").getFirst()).contains("this computes too long");
    assertThat(problems("Natural/fold 1000 Text (\\(x : Text) -> x ++ x) \"a\"").getFirst()).contains("this text becomes too large");
    assertThat(problems("Natural/fold 1000 Natural (\\(x : Natural) -> x * x) 2").getFirst()).contains("this number becomes too large");
    assertThat(problems("let wrap = \\(f : Natural -> Natural) -> \\(x : Natural) -> f (x + 1) "
        + "in Natural/fold 100000 (Natural -> Natural) wrap (\\(x : Natural) -> x) 0").getFirst())
        .contains("this computes too deeply: expected at most");
  }

  @Test
  void withChangesASingleValue() {
    assertThat(rendered("{ a = 1 } with a = 2 with b.c = 3")).isEqualTo("{ a = 2, b = { c = 3 } }");
    assertThat(problems("f { a = 1 } with a = 2"))
        .containsExactly("config.dhall:1:12: `with` changes a single value: put parentheses around what stands before it");
  }

  @Test
  void unreadableFilesAreMistakes() {
    assertThatThrownBy(() -> loader.load(Path.of("nowhere.dhall"))).isInstanceOf(ProblemsException.class).hasMessageStartingWith("nowhere.dhall: ");
    disk.file("latin1.dhall", new byte[] {'"', (byte) 0xE4, '"'});
    assertThatThrownBy(() -> loader.load(Path.of("latin1.dhall"))).hasMessage("latin1.dhall: this is no text: expected UTF-8");
  }
}
