package io.meshwatch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentProgramTest {
  private static Optional<AgentProgram> program(String... arguments) {
    return AgentProgram.of(arguments);
  }

  @Test
  void readsItsOwnArguments() {
    assertThat(program("agent")).contains(new AgentProgram("127.0.0.1:9482", Path.of("data/credentials"), "agent", Optional.empty()));
    assertThat(program("agent", "--name", "db-1", "--listen", "[::]:9100", "--credentials", "/etc/c", "--log", "/var/log/m"))
        .contains(new AgentProgram("[::]:9100", Path.of("/etc/c"), "db-1", Optional.of(Path.of("/var/log/m"))));
  }

  @Test
  void leavesOtherCommandsAndAllElseToTheCommandLine() {
    assertThat(program()).isEmpty();
    assertThat(program("up")).isEmpty();
    assertThat(program("agent", "--help")).isEmpty();
    assertThat(program("agent", "--listen=0.0.0.0:1")).isEmpty();
    assertThat(program("agent", "--unknown", "x")).isEmpty();
    assertThat(program("agent", "--only-credentials")).isEmpty();
  }

  @Test
  void refusesAnAddressWithoutPort() {
    assertThatThrownBy(() -> new AgentProgram("localhost", Path.of("c"), "agent", Optional.empty())).isInstanceOf(CommandFailedException.class)
        .hasMessage("--listen: expected HOST:PORT, got localhost");
  }
}
