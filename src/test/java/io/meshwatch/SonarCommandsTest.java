package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.cli.ExitCode;
import io.meshwatch.cli.MeshwatchCommand;
import io.meshwatch.cli.SonarCommand;
import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Smoke tests from the terminal, against the sandbox over real sockets: by a configuration, and by asking a meshwatch that runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SonarCommandsTest {
  private static final String PASSWORD = "sonar-secret-7";

  private final SystemEnvironment system = new SystemEnvironment();
  private Path folder;
  private Sandbox sandbox;
  private Path config;
  private Path data;

  @BeforeAll
  void open(@TempDir Path given) throws Exception {
    folder = given;
    TestCertificates certificates = new TestCertificates(folder);
    ListenerSpec.ServerTls tls = certificates.server("sandbox", "127.0.0.1", 10);
    sandbox = new Sandbox(system.environment(), SandboxSettings.defaults()
        .withPorts(0, 0, 0, 0, 0, 0)
        .withFiles(tls.certificateChainFile().toString(), tls.keyFile().toString(), Optional.empty(), Optional.empty(), folder.resolve("faults").toString())
        .withPasswords(Secret.of("scrape"), Secret.of(PASSWORD), Secret.of("key-secret"))
        .withReplication(0.05, 0.1, 60, 60));
    data = folder.resolve("data");
    config = write("monitor.dhall", certificates.ca().toString());
  }

  @AfterAll
  void close() {
    sandbox.close();
    system.close();
  }

  @AfterEach
  void mend() throws InterruptedException {
    control("DELETE", "idp-wrong-password");
  }

  private Path write(String name, String caFile) throws Exception {
    Path file = folder.resolve(name);
    Files.writeString(file, """
        { monitor =
          { listen = "127.0.0.1:0"
          , sonar =
            { username = "sonar@example.com", password = Secret.Raw "%s", customer = "my-customer", project = "my-project", scanInterval = 3600
            , replicationPollSeconds = 0.1, caFile = "%s"
            , targets = [ { platformName = "aws.aws-main", url = "%s" }, { platformName = "gcp.gcp-main", url = "%s" } ]
            }
          }
        }
        """.formatted(PASSWORD, caFile, sandbox.accessUrl("aws.aws-main"), sandbox.accessUrl("gcp.gcp-main")));
    return file;
  }

  private void control(String method, String fault) throws InterruptedException {
    system.environment().network().exchange(new HttpCall(method, URI.create(sandbox.controlUrl() + "/faults/" + fault), List.of(),
        "{}".getBytes(StandardCharsets.UTF_8), Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false));
  }

  private record Result(int exit, String out, String err) {
    /** The name of the first run that was printed. */
    String run() {
      Matcher run = Pattern.compile("run (\\w+-\\w+)").matcher(out);
      assertThat(run.find()).as(out + err).isTrue();
      return run.group(1);
    }
  }

  private static Result sonar(List<String> where, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = MeshwatchCommand.commandLine(new SonarCommand());
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("sonar"));
    all.addAll(List.of(arguments));
    all.addAll(where);
    int exit = line.execute(all.toArray(new String[0]));
    return new Result(exit, out.toString(), err.toString());
  }

  private List<String> byConfiguration() {
    return List.of("--config", config.toString(), "--data", data.toString());
  }

  @Test
  void runsAllTargetsOrOne() {
    Result all = sonar(byConfiguration(), "run");
    Result one = sonar(byConfiguration(), "run", "my-project/gcp.gcp-main");

    assertThat(all.exit()).as(all.out() + all.err()).isEqualTo(ExitCode.FINE);
    assertThat(all.out()).contains("PASSED  my-customer.my-project.aws.aws-main", "PASSED  my-customer.my-project.gcp.gcp-main", "replicate");
    assertThat(one.out()).contains("gcp.gcp-main").doesNotContain("aws.aws-main");
    assertThat(sonar(byConfiguration(), "history").out()).contains(one.run(), all.run());
  }

  @Test
  void aFailureExitsWithOneAndIsTheSameInEveryFormat() throws Exception {
    control("PUT", "idp-wrong-password");
    Path junit = folder.resolve("report.xml");

    Result text = sonar(byConfiguration(), "run", "aws.aws-main", "--junit", junit.toString());
    Result json = sonar(byConfiguration(), "run", "aws.aws-main", "-o", "json");

    assertThat(text.exit()).isEqualTo(ExitCode.NO);
    assertThat(text.out()).contains("FAILED", "login (idp)", "advice", "meshwatch sonar replay " + text.run()).doesNotContain(PASSWORD);
    assertThat(json.exit()).isEqualTo(ExitCode.NO);
    assertThat(json.out()).startsWith("[{\"id\":").contains("\"reason\":\"idp\"").doesNotContain(PASSWORD);
    assertThat(Files.readString(junit)).contains("tests=\"7\" failures=\"1\" errors=\"0\"", "<failure type=\"idp\"", "<skipped/>").doesNotContain(PASSWORD);
  }

  @Test
  void aFaultOfSonarsOwnExitsWithThree() throws Exception {
    Path wrong = write("wrong.dhall", folder.resolve("missing.pem").toString());

    Result result = sonar(List.of("--config", wrong.toString(), "--data", data.toString()), "run", "aws.aws-main");

    assertThat(result.exit()).isEqualTo(ExitCode.FAILED);
    assertThat(result.out()).contains("this says nothing about meshStack: caFile");
  }

  @Test
  void replaysAFailedRun() throws Exception {
    control("PUT", "idp-wrong-password");
    String run = sonar(byConfiguration(), "run", "aws.aws-main").run();
    control("DELETE", "idp-wrong-password");

    Result replay = sonar(byConfiguration(), "replay", run);
    Result curl = sonar(byConfiguration(), "replay", run, "--curl");

    assertThat(replay.exit()).isEqualTo(ExitCode.FINE);
    assertThat(replay.out()).contains("login: was failed", "the verdict was failed at login (idp), is passed");
    assertThat(curl.exit()).isEqualTo(ExitCode.FINE);
    assertThat(curl.out()).startsWith("# set first: PASSWORD").contains("password=$PASSWORD").doesNotContain(PASSWORD);
  }

  @Test
  void tellsTheBudgetFromARunLogAlone() {
    Result budget = sonar(byConfiguration(), "budget", "aws.aws-main");

    assertThat(budget.out()).contains("0 failed, 14.4 may in 30 days (98 % of runs are to pass; 0 seen)").doesNotContain("not counted");
    assertThat(budget.exit()).isEqualTo(ExitCode.FINE);
  }

  @Test
  void saysWhatIsUnknown() {
    assertThat(sonar(byConfiguration(), "replay", "nothing-1").err()).contains("there is no run nothing-1; see meshwatch sonar history");
    Result unknown = sonar(byConfiguration(), "run", "azure");
    assertThat(unknown.err()).contains("expected one of the targets my-customer.my-project.aws.aws-main", "got \"azure\"");
    assertThat(unknown.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(sonar(List.of("--url", "http://127.0.0.1:1"), "run").err()).contains("name a running meshwatch with --url URL, or a configuration");
  }

  @Test
  void asksAMeshwatchThatRuns() throws Exception {
    Config loaded = new ConfigLoader(system.environment().disk(), name -> Optional.empty(), folder).load(config).config();
    try (SystemEnvironment other = new SystemEnvironment();
        Meshwatch meshwatch = Meshwatch.start(other.environment(), loaded, folder.resolve("running"),
            Meshwatch.Outside.real(other.environment(), () -> loaded, folder))) {
      List<String> running = List.of("--url", "http://127.0.0.1:" + meshwatch.port());

      assertThat(sonar(running, "doctor").exit()).isEqualTo(ExitCode.FINE);
      assertThat(sonar(running, "budget").out()).contains("my-customer.my-project.aws.aws-main  every", "availability", "100.0 % left", "burns");
      assertThat(sonar(running, "budget", "-o", "json").out()).contains("\"availability\":{\"objective\":0.98");
      control("PUT", "idp-wrong-password");
      Result failed = sonar(running, "run", "aws.aws-main");
      control("DELETE", "idp-wrong-password");

      assertThat(failed.exit()).as(failed.out() + failed.err()).isEqualTo(ExitCode.NO);
      assertThat(failed.out()).contains("login (idp)").doesNotContain(PASSWORD);
      assertThat(sonar(running, "history", "--failed").out()).contains(failed.run());
      Result replay = sonar(running, "replay", failed.run());
      assertThat(replay.exit()).as(replay.out() + replay.err()).isEqualTo(ExitCode.FINE);
      assertThat(replay.out()).contains("the verdict was failed at login (idp), is passed");
    }
  }
}
