package io.meshwatch.sonar;

import static io.meshwatch.sonar.SonarWorld.RUNS;
import static io.meshwatch.sonar.SonarWorld.TARGET;
import static io.meshwatch.sonar.SonarWorld.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs on disk. */
class RunLogTest {
  private final SonarWorld world = new SonarWorld();

  private SonarRun append() throws InterruptedException {
    SonarRun run = world.run(settings());
    world.runLog.append(run);
    world.advanceSeconds(60);
    return run;
  }

  private void reopen(HistorySettings limits) {
    world.runLog.close();
    world.runLog = world.openLog(limits);
  }

  @Test
  void keepsEveryPartOfARun() throws Exception {
    world.meshStack.access = call -> FakeMeshStack.json(500, "{\"errorCode\":\"X\",\"remarks\":[\"a\",\"b\"]}");
    SonarRun run = append();

    reopen(HistorySettings.defaults());

    assertThat(world.runLog.run(run.id())).contains(run);
    assertThat(world.runLog.lastFailure(TARGET)).contains(((Verdict.Failed) run.verdict()).evidence());
  }

  @Test
  void showsTheNewestFirst() throws Exception {
    SonarRun first = append();
    SonarRun second = append();

    assertThat(world.runLog.newest(TARGET, 10)).extracting(RunSummary::id).containsExactly(second.id(), first.id());
  }

  @Test
  void skipsALineThatWasTorn() throws Exception {
    SonarRun first = append();
    world.runLog.close();
    String name = world.environment.disk().list(RUNS).getFirst();
    try (Disk.File file = world.environment.disk().open(RUNS.resolve(name), Disk.Mode.WRITE)) {
      file.write(file.size(), ByteBuffer.wrap("{\"id\":\"torn".getBytes(StandardCharsets.UTF_8)));
    }
    reopen(HistorySettings.defaults());
    SonarRun second = append();
    reopen(HistorySettings.defaults());

    assertThat(world.runLog.newest(TARGET, 10)).extracting(RunSummary::id).containsExactly(second.id(), first.id());
    assertThat(world.runLog.run(second.id())).contains(second);
  }

  @Test
  void dropsWhatIsTooOld() throws Exception {
    SonarRun old = append();
    reopen(new HistorySettings(1, 256));
    world.advanceSeconds(2 * 86_400);
    SonarRun recent = append();
    world.advanceSeconds(60);
    reopen(new HistorySettings(1, 256));
    append();
    world.advanceSeconds(2 * 86_400);
    reopen(new HistorySettings(1, 256));

    assertThat(world.runLog.run(old.id())).isEmpty();
    assertThat(world.runLog.run(recent.id())).isEmpty();
  }

  @Test
  void staysWithinItsSize() throws Exception {
    reopen(new HistorySettings(30, 1));
    List<SonarRun> runs = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      runs.add(append());
    }

    long bytes = 0;
    for (String name : world.environment.disk().list(RUNS)) {
      bytes += world.environment.disk().size(RUNS.resolve(name));
    }
    assertThat(bytes).isBetween(512L << 10, 1L << 20);
    assertThat(world.runLog.run(runs.getLast().id())).isPresent();
    assertThat(world.runLog.run(runs.getFirst().id())).isEmpty();
    assertThat(world.runLog.newest(TARGET, 1_000)).hasSize(RunLog.NEWEST_MAX);
  }

  @Test
  void findsNothingUnderAnIdThatIsNone() throws IOException {
    assertThat(world.runLog.run("../../etc/passwd")).isEmpty();
    assertThat(world.runLog.run("")).isEmpty();
  }
}
