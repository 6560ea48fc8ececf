package io.meshwatch.agent;

import java.io.IOException;

/** Reads one part of the machine and writes its families. Collectors that keep state are guarded by {@link NodeMetrics}. */
@FunctionalInterface
interface Collector {
  /** Writes the part's families. A file this kernel does not have is a {@link java.nio.file.NoSuchFileException}. */
  void collect(KernelFiles files, MetricBytes out) throws IOException;
}
