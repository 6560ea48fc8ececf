package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class PromqlScriptTest {
  @TestFactory
  Stream<DynamicTest> passesTheScriptsOfPrometheus() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(Shared.folder("corpora/promqltest"))) {
      files = all.filter(file -> file.toString().endsWith(".test")).sorted().toList();
    }
    return files.stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
      PromqlScript.Source source = new PromqlScript.Source(file.getFileName().toString(), Files.readString(file));
      assertThat(PromqlScript.run(source, Fakes.ONE, Fakes.CLOCK).stream()
          .filter(result -> result.failure() != null).map(r -> r.file() + ":" + r.line() + ": " + r.failure())).isEmpty();
    }));
  }
}
