package io.meshwatch.cli;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.sonar.Diagnosis;
import io.meshwatch.sonar.Doctor;
import io.meshwatch.sonar.ErrorBudget;
import io.meshwatch.sonar.HandRuns;
import io.meshwatch.sonar.Objectives;
import io.meshwatch.sonar.RunLog;
import io.meshwatch.sonar.RunSummary;
import io.meshwatch.sonar.Sonar;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.SonarSettings;
import io.meshwatch.sonar.TargetKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Smoke tests of a configuration, run by this process; runs are kept in the data folder. */
final class LocalSonar implements SonarSource {
  private final SystemEnvironment system = new SystemEnvironment();
  private final SonarSettings settings;
  private final Objectives objectives;
  private final Path dataFolder;
  private Optional<RunLog> runLog = Optional.empty();

  LocalSonar(Path configFile, Path dataFolder) {
    this.dataFolder = dataFolder;
    Config config = new ConfigLoader(system.environment().disk(), name -> Optional.ofNullable(System.getenv(name)),
            Path.of(System.getProperty("user.home", ".")))
        .load(configFile)
        .config();
    this.objectives = config.objectives();
    this.settings = config.sonar()
        .orElseThrow(() -> new CommandFailedException("no smoke tests are configured in " + configFile + "; set monitor.sonar"));
  }

  /** Opened when it is needed first: the doctor needs none, and should leave no folder behind. */
  private RunLog runLog() {
    if (runLog.isEmpty()) {
      try {
        runLog = Optional.of(RunLog.open(system.environment(), dataFolder.resolve("sonar"), settings.history()));
      } catch (IOException e) {
        throw new CommandFailedException("cannot use the data folder " + dataFolder + ": " + e.getMessage() + "; choose another with --data DIR", e);
      }
    }
    return runLog.orElseThrow();
  }

  private HandRuns runs() {
    return new HandRuns(environment(), settings, runLog());
  }

  private Environment environment() {
    return system.environment();
  }

  @Override
  public List<TargetKey> targets() {
    return runs().targets();
  }

  @Override
  public SonarRun run(TargetKey target, Trigger trigger) throws InterruptedException {
    return runs().run(target, trigger).orElseThrow(() -> new CommandFailedException(target.name() + " is no target of the configuration any more"));
  }

  @Override
  public List<PastRun> history(int runsMax) {
    List<PastRun> all = new ArrayList<>();
    for (TargetKey target : runLog().targets()) {
      runLog().newest(target, runsMax).forEach(run -> all.add(past(target, run)));
    }
    return all.stream().sorted(Comparator.comparingLong(PastRun::startedMillis).reversed()).limit(runsMax).toList();
  }

  private static PastRun past(TargetKey target, RunSummary run) {
    return new PastRun(run.id(), target, run.startedMillis(), run.durationNanos() / 1e6, run.result().name().toLowerCase(Locale.ROOT), run.step(),
        run.reason());
  }

  @Override
  public Optional<SonarRun> recorded(String id) {
    try {
      return runLog().run(id);
    } catch (IOException e) {
      throw new CommandFailedException("cannot read the runs in " + dataFolder + ": " + e.getMessage(), e);
    }
  }

  @Override
  public List<Diagnosis> examine() throws InterruptedException {
    return new Doctor(environment()).examine(settings);
  }

  @Override
  public List<ErrorBudget> budgets() {
    return Sonar.budgets(settings, objectives, runLog(), environment().clock().wallMillis());
  }

  @Override
  public void close() {
    runLog.ifPresent(RunLog::close);
    system.close();
  }
}
