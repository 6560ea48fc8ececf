package io.meshwatch.cli;

import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.rules.RuleUnitTests;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Rules. */
@Command(
    name = "rules",
    mixinStandardHelpOptions = true,
    description = "Lists, explains and tests rules.",
    subcommands = {RulesCommand.Test.class, RulesListing.class, RulesExplaining.class},
    footer = {"", "Examples:", "  meshwatch rules test tests.yml", "  meshwatch rules explain NodeDown"})
public final class RulesCommand extends CommandGroup {
  @Command(name = "test", mixinStandardHelpOptions = true,
      description = "Runs rule unit tests in promtool's format; prints each failure with its place, a row per file and the sums.")
  static final class Test implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "test file")
    private List<Path> files = List.of();

    @Option(names = "--run", paramLabel = "REGEX", description = "only test groups whose name matches; may be repeated")
    private List<String> filters = List.of();

    @Option(names = "--ignore-unknown-fields", description = "unknown fields in rule files are no mistake")
    private boolean unknownKeysAllowed;

    @Option(names = "--diff", description = "failures say what is missing (-) and what is too much (+)")
    private boolean asDifference;

    @Option(names = "--debug", description = "also prints all data that each test had at its end")
    private boolean debug;

    @Option(names = "--junit", paramLabel = "FILE", description = "also writes the results in JUnit's XML")
    private @Nullable Path junit;

    @Override
    public Integer call() throws InterruptedException {
      PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
      try (SystemEnvironment system = new SystemEnvironment()) {
        List<RuleUnitTests.FileResult> results =
            RuleUnitTests.run(files, system.environment(), new RuleUnitTests.Options(filters, unknownKeysAllowed, asDifference, debug));
        writeJunit(results);
        return print(results, out);
      }
    }

    private void writeJunit(List<RuleUnitTests.FileResult> results) {
      Path file = junit;
      if (file == null) {
        return;
      }
      try {
        Files.writeString(file, RuleUnitTests.junitXml(results));
      } catch (IOException e) {
        throw new CommandFailedException("cannot write " + file + ": " + e.getMessage(), e);
      }
    }

    private static void printData(RuleUnitTests.TestResult test, PrintWriter out) {
      if (!test.data().isEmpty()) {
        out.println("DEBUG: Starting test " + test.name());
        test.data().forEach(out::println);
        out.println("DEBUG: Test " + test.name() + " finished, took " + Math.round(test.seconds() * 1000) + "ms");
      }
    }

    private static int print(List<RuleUnitTests.FileResult> results, PrintWriter out) {
      long passed = 0;
      long failed = 0;
      long skipped = 0;
      for (RuleUnitTests.FileResult file : results) {
        file.mistakes().forEach(out::println);
        file.tests().forEach(test -> printData(test, out));
        file.tests().stream().flatMap(test -> test.failures().stream()).forEach(out::println);
        long skippedHere = file.tests().stream().filter(RuleUnitTests.TestResult::skipped).count();
        long failedHere = file.tests().stream().filter(test -> !test.failures().isEmpty()).count() + (file.mistakes().isEmpty() ? 0 : 1);
        long passedHere = file.tests().stream().filter(test -> !test.skipped() && test.failures().isEmpty()).count();
        out.println(file.file() + ": " + passedHere + " passed, " + failedHere + " failed, " + skippedHere + " skipped");
        passed += passedHere;
        failed += failedHere;
        skipped += skippedHere;
      }
      out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
      out.flush();
      return failed == 0 ? ExitCode.FINE : ExitCode.NO;
    }
  }
}
