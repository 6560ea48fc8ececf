package io.meshwatch.cli;

import io.meshwatch.tsdb.Cardinality;
import io.meshwatch.tsdb.block.Block;
import io.meshwatch.tsdb.block.BlockMeta;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.index.SeriesSource;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What fills a block. */
@Command(name = "analyze", mixinStandardHelpOptions = true,
    description = "Shows which metrics, labels and label pairs fill a block: the newest one, or the one that is named.",
    footer = {"", "Examples:", "  meshwatch tsdb analyze data", "  meshwatch tsdb analyze data 01M814SQZBHQ5P81B5KXK4T5HQ --limit 50",
      "What fills the newest hours, which are not in a block yet, is under /api/v1/status/tsdb of the running program."})
final class TsdbAnalyzeCommand implements Callable<Integer> {
  private static final int DEFAULT_LIMIT = 20;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DIR", description = "data folder")
  private Path folder = Path.of("data");

  @Parameters(index = "1", arity = "0..1", paramLabel = "BLOCK", description = "block, default the newest")
  private @Nullable String blockName;

  @Option(names = "--limit", paramLabel = "N", description = "rows of each list, default " + DEFAULT_LIMIT)
  private int limit = DEFAULT_LIMIT;

  @Override
  public Integer call() {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    TsdbFolder store = TsdbFolder.of(folder);
    try {
      Block block = chosen(store);
      try (SeriesSource view = Objects.requireNonNull(block.view(Long.MIN_VALUE, Long.MAX_VALUE), "just opened")) {
        print(out, block.meta(), Cardinality.of(view.labels(), Math.max(1, limit)));
      } finally {
        block.release();
      }
      return ExitCode.FINE;
    } catch (CorruptionException e) {
      out.println(e.getMessage());
      out.flush();
      return ExitCode.NO;
    } catch (IOException e) {
      throw new CommandFailedException("cannot read " + store.path() + ": " + e.getMessage(), e);
    }
  }

  private Block chosen(TsdbFolder store) throws IOException {
    List<Path> blocks = store.blocks();
    if (blocks.isEmpty()) {
      throw new CommandFailedException("there is no block in " + store.path() + " yet: the first is written after three hours");
    }
    String wanted = blockName;
    if (wanted != null) {
      Path path = blocks.stream().filter(each -> each.endsWith(wanted)).findFirst().orElseThrow(
          () -> new CommandFailedException("expected one of the blocks that `tsdb list` shows, got " + wanted));
      return Block.open(store.disk(), path);
    }
    Block newest = null;
    for (Path path : blocks) {
      Block block = Block.open(store.disk(), path);
      if (newest == null || Comparator.comparingLong(BlockMeta::maxTime).compare(block.meta(), newest.meta()) > 0) {
        if (newest != null) {
          newest.release();
        }
        newest = block;
      } else {
        block.release();
      }
    }
    return Objects.requireNonNull(newest);
  }

  private static void print(PrintWriter out, BlockMeta meta, Cardinality found) {
    out.println("Block: " + meta.ulid());
    out.println("Duration: " + Duration.ofMillis(meta.maxTime() - meta.minTime()));
    out.println("Series: " + found.series());
    out.println("Samples: " + meta.samples());
    out.println("Label pairs: " + found.labelPairs());
    table(out, "Metrics with the most series", found.seriesByMetric());
    table(out, "Labels with the most values", found.valuesByLabel());
    table(out, "Labels whose values take the most bytes in all series", found.bytesByLabel());
    table(out, "Label pairs in the most series", found.seriesByPair());
    out.flush();
  }

  private static void table(PrintWriter out, String title, List<Cardinality.Count> counts) {
    out.println();
    out.println(title + ":");
    for (Cardinality.Count count : counts) {
      out.printf("%12d  %s%n", count.value(), count.name());
    }
  }
}
