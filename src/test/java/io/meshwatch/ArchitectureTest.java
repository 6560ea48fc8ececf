package io.meshwatch;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The floors: who may know whom. The plan stands in docs/ARCHITECTURE.md. */
class ArchitectureTest {
  private static final Map<String, Integer> FLOORS = Map.ofEntries(
      Map.entry("model", 0), Map.entry("environment", 0),
      Map.entry("dhall", 1), Map.entry("exposition", 1), Map.entry("promql", 1), Map.entry("tsdb", 1), Map.entry("gotemplate", 1),
      Map.entry("engine", 2),
      Map.entry("scrape", 3), Map.entry("rules", 3), Map.entry("notify", 3), Map.entry("sonar", 3), Map.entry("agent", 3),
      Map.entry("sandbox", 3),
      Map.entry("config", 4),
      Map.entry("web", 5), Map.entry("deploy", 5),
      Map.entry("cli", 6),
      Map.entry("", 7));
  private static final String ROOT = "io.meshwatch";

  private final JavaClasses classes =
      new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPath(Path.of("target", "classes"));

  @Test
  void everyPackageKnowsOnlyLowerFloors() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass from : classes) {
      for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
        JavaClass to = dependency.getTargetClass();
        if (isOurs(to) && !mayUse(room(from), room(to))) {
          wrong.add(from.getName() + " uses " + to.getName());
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean isOurs(JavaClass each) {
    return each.getPackageName().startsWith(ROOT);
  }

  private static String room(JavaClass each) {
    String name = each.getPackageName();
    return name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1).split("\\.")[0];
  }

  private static boolean mayUse(String from, String to) {
    // environment may use model, for the labels of its own metrics.
    return from.equals(to) || floor(to) < floor(from) || (from.equals("environment") && to.equals("model"));
  }

  private static int floor(String room) {
    Integer floor = FLOORS.get(room);
    assertThat(floor).as("every package has a floor, also " + room).isNotNull();
    return Objects.requireNonNull(floor);
  }

  @Test
  void onlyEngineAndCommandsKnowTheStore() {
    noClasses().that().resideOutsideOfPackages(ROOT, ROOT + ".tsdb..", ROOT + ".engine..", ROOT + ".cli..")
        .should().dependOnClassesThat().resideInAPackage(ROOT + ".tsdb..")
        .check(classes);
  }

  @Test
  void onlyTheRootAndCommandsPrintOrExit() {
    noClasses().that().resideOutsideOfPackages(ROOT, ROOT + ".cli..")
        .should().accessField(System.class, "out")
        .orShould().accessField(System.class, "err")
        .orShould().callMethod(System.class, "exit", int.class)
        .check(classes);
  }

  @Test
  void timeAndThreadsEnterThroughTheEnvironment() {
    noClasses().that().resideOutsideOfPackages(ROOT, ROOT + ".environment..", ROOT + ".cli..")
        .should().callMethod(System.class, "currentTimeMillis")
        .orShould().callMethod(System.class, "nanoTime")
        .orShould().callMethod(Thread.class, "sleep", long.class)
        .orShould().callMethod(Thread.class, "ofPlatform")
        .orShould().callMethod(Thread.class, "ofVirtual")
        .orShould().callMethod(java.time.Instant.class, "now")
        .check(classes);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(classes);
  }

  @Test
  void nothingIsCalledByAnEmptyWord() {
    classes().that().resideInAPackage(ROOT + "..")
        .should().haveNameNotMatching(".*(Util|Utils|Helper|Manager|Impl|Common|Base)(\\$.*)?")
        .check(classes);
  }
}
