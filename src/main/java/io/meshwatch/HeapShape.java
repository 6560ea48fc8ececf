package io.meshwatch;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.meshwatch.environment.Environment;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much free memory the heap keeps. While the log is read the heap only grows, and a collector that is told to give memory back
 * would shrink and enlarge it again and again; so the JVM starts with its own ratios and gets these when all is up.
 */
final class HeapShape {
  private static final Logger LOG = LoggerFactory.getLogger(HeapShape.class);
  /** Per cent of the heap that may be free after a collection. */
  private static final String FREE_PERCENT_MIN = "10";
  private static final String FREE_PERCENT_MAX = "25";
  /** Marking what is alive takes about a tenth of a second of processor time, beside the program; so often it is asked whether that pays. */
  private static final long MARK_MILLIS = 60_000;
  private static final long LOOK_MILLIS = 5_000;
  /** Of the limit; beyond it what is dead is looked for at once. */
  private static final double FULL = 0.8;
  private static final String OLD_OBJECTS = "G1 Old Gen";

  private HeapShape() {}

  /** From now on little free memory is kept, the rest goes back to the system. */
  static void slim(Environment environment) {
    HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (options == null) {
      return;
    }
    try {
      options.setVMOption("MinHeapFreeRatio", FREE_PERCENT_MIN);
      options.setVMOption("MaxHeapFreeRatio", FREE_PERCENT_MAX);
      // Without this option the program would stand still meanwhile.
      if (Boolean.parseBoolean(options.getVMOption("ExplicitGCInvokesConcurrent").getValue())) {
        oldObjects().ifPresent(pool -> markWhenItPays(environment, pool));
      }
    } catch (IllegalArgumentException e) {
      LOG.info("The heap keeps its free memory, this JVM does not let go of it: {}", e.getMessage());
    }
  }

  private static Optional<MemoryPoolMXBean> oldObjects() {
    return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getName().equals(OLD_OBJECTS)).findFirst();
  }

  private static void markWhenItPays(Environment environment, MemoryPoolMXBean oldObjects) {
    HeapGrowth growth = new HeapGrowth();
    environment.timers().every("mark heap", MARK_MILLIS, 0, due -> {
      if (growth.isMarkingDue(oldObjects.getUsage().getUsed())) {
        environment.workers().apart(HeapShape::mark);
      }
    });
    environment.timers().every("look at heap", LOOK_MILLIS, LOOK_MILLIS / 2, due -> {
      MemoryUsage usage = oldObjects.getUsage();
      growth.saw(usage.getUsed());
      if (usage.getUsed() > FULL * usage.getMax()) {
        environment.workers().apart(HeapShape::mark);
      }
    });
  }

  private static boolean mark() {
    System.gc();
    return true;
  }
}
