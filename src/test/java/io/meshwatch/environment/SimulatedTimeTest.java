package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SimulatedTimeTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(1_000_000);
  private final List<String> log = new ArrayList<>();

  private void note(String what) {
    log.add(what + "@" + (world.time().wallMillis() - 1_000_000));
  }

  @Test
  void runsTicksInTheOrderOfTheirDueTimes() {
    world.time().every("b", 100, 0, due -> note("b"));
    world.time().every("a", 50, 10, due -> note("a"));
    world.time().once("c", 1_000_060, due -> note("c"));
    world.time().advance(110);
    assertThat(log).containsExactly("a@10", "c@60", "a@60", "b@100", "a@110");
  }

  @Test
  void letsOthersRunWhileATickSleepsAndSkipsWhatItMissed() {
    world.time().every("slow", 100, 0, due -> {
      note("begin");
      world.time().sleep(150);
      note("end");
    });
    world.time().every("quick", 60, 0, due -> note("quick"));
    world.time().advance(320);
    assertThat(log)
        .containsExactly("quick@20", "quick@80", "begin@100", "quick@140", "quick@200", "end@250", "quick@260", "begin@300", "quick@320");
  }

  @Test
  void wakesAnInterruptedSleeper() {
    Timers.Timer timer = world.time().once("sleeper", 1_000_010, due -> {
      try {
        world.time().sleep(1_000_000);
      } catch (InterruptedException e) {
        note("interrupted");
      }
    });
    world.time().advance(20);
    timer.cancel(true);
    world.time().advance(1);
    assertThat(log).containsExactly("interrupted@20");
  }

  @Test
  void reachesListenersThroughTheNetwork() throws Exception {
    Environment environment = world.environment();
    HttpListener listener = environment.listeners().open(
        new ListenerSpec("x", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 100),
        (request, reply) -> reply.send("text/plain", request.path()));
    HttpCall call = HttpCall.get(URI.create("https://db-1:" + listener.port() + "/metrics"), TlsTrust.PUBLIC);
    assertThat(((HttpResult.Answer) environment.network().exchange(call)).text()).isEqualTo("/metrics");
    world.network().delay(listener.port(), 60_000);
    assertThat(environment.network().exchange(call)).isInstanceOf(HttpResult.Failure.class);
    assertThat(world.time().wallMillis()).isEqualTo(1_010_000);
  }

  @Test
  void losesWhatWasNotForced() throws Exception {
    SimulatedDisk disk = world.disk();
    Path folder = Path.of("/data");
    try (Disk.File file = disk.open(folder.resolve("log"), Disk.Mode.CREATE)) {
      file.write(0, ByteBuffer.wrap(new byte[] {1, 2}));
      file.force();
      disk.forceDirectory(folder);
      file.write(2, ByteBuffer.wrap(new byte[] {3}));
    }
    disk.replace(folder.resolve("kept"), new byte[] {9});
    disk.open(folder.resolve("lost"), Disk.Mode.CREATE).close();
    disk.crash();
    assertThat(disk.readAll(folder.resolve("log"))).containsExactly(1, 2);
    assertThat(disk.readAll(folder.resolve("kept"))).containsExactly(9);
    assertThat(disk.exists(folder.resolve("lost"))).isFalse();
  }
}
