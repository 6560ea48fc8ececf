package io.meshwatch.cli;

import io.meshwatch.tsdb.block.Block;
import io.meshwatch.tsdb.block.BlockMeta;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The blocks of a folder, a row each. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "Lists blocks with their times, numbers and sizes.",
    footer = {"", "Example:", "  meshwatch tsdb list data", "Exit code 1 if a block cannot be read."})
final class TsdbListCommand implements Callable<Integer> {
  private static final String ROW = "%-26s  %-20s  %-20s  %5s  %12s  %10s  %10s  %12s%n";

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "data folder")
  private Path folder = Path.of("data");

  private record Row(BlockMeta meta, long bytes) {}

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    TsdbFolder store = TsdbFolder.of(folder);
    List<Row> rows = new ArrayList<>();
    boolean whole = true;
    for (Path path : store.blocks()) {
      try {
        Block block = Block.open(store.disk(), path);
        rows.add(new Row(block.meta(), block.sizeBytes()));
        block.release();
      } catch (CorruptionException | IOException e) {
        err.println(path + ": " + e.getMessage());
        whole = false;
      }
    }
    rows.sort(Comparator.comparingLong((Row row) -> row.meta.minTime()).thenComparing(row -> row.meta.ulid()));
    out.printf(ROW, "BLOCK", "FROM", "TO", "LEVEL", "SAMPLES", "SERIES", "CHUNKS", "BYTES");
    for (Row row : rows) {
      BlockMeta meta = row.meta;
      out.printf(ROW, meta.ulid(), time(meta.minTime()), time(meta.maxTime()), meta.level(), meta.samples(), meta.series(), meta.chunks(), row.bytes);
    }
    out.flush();
    return whole ? ExitCode.FINE : ExitCode.NO;
  }

  private static String time(long millis) {
    return Instant.ofEpochSecond(Math.floorDiv(millis, 1000)).toString();
  }
}
