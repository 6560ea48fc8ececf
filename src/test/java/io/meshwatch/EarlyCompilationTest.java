package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The JVM says nothing about commands for classes that do not exist, as after a new name or a new JDK. */
class EarlyCompilationTest {
  private static final Path FILE = Path.of("src/main/jvm/compiled-early");
  private static final String COMMAND = "CompileThresholdScaling,";

  @Test
  void allClassesThatAreCompiledEarlyExist() throws Exception {
    List<String> commands = Files.readAllLines(FILE).stream().filter(line -> !line.isBlank() && !line.startsWith("#") && !line.equals("quiet")).toList();
    assertThat(commands).hasSizeGreaterThan(50).doesNotHaveDuplicates().allSatisfy(command -> {
      assertThat(command).startsWith(COMMAND).endsWith("::*,0.1");
      String name = command.substring(COMMAND.length(), command.indexOf("::"));
      assertThatCode(() -> Class.forName(name, false, getClass().getClassLoader())).as(name).doesNotThrowAnyException();
    });
  }
}
