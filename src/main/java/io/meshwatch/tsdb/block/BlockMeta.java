package io.meshwatch.tsdb.block;

import io.meshwatch.tsdb.chunk.CorruptionException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@code meta.json} says about a block.
 *
 * @param ulid its name
 * @param minTime first millisecond it covers
 * @param maxTime the millisecond after the last one
 * @param samples samples in it
 * @param series series in it
 * @param chunks chunks in it
 * @param tombstones deleted ranges that still hide samples
 * @param level how often it was compacted, from 1
 * @param sources names of the first blocks that went into it
 * @param parents the blocks it was made of
 * @param outOfOrder whether it was made of late samples, and may overlap with other blocks
 */
public record BlockMeta(
    String ulid,
    long minTime,
    long maxTime,
    long samples,
    long series,
    long chunks,
    long tombstones,
    int level,
    List<String> sources,
    List<Parent> parents,
    boolean outOfOrder) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String FROM_OUT_OF_ORDER = "from-out-of-order";

  /** A block that went into another one. */
  public record Parent(String ulid, long minTime, long maxTime) {}

  /** The same with another number of tombstones. */
  public BlockMeta withTombstones(long count) {
    return new BlockMeta(ulid, minTime, maxTime, samples, series, chunks, count, level, sources, parents, outOfOrder);
  }

  public boolean overlaps(BlockMeta other) {
    return minTime < other.maxTime && other.minTime < maxTime;
  }

  byte[] toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("ulid", ulid).put("minTime", minTime).put("maxTime", maxTime);
    ObjectNode stats = root.putObject("stats");
    stats.put("numSamples", samples).put("numSeries", series).put("numChunks", chunks);
    if (tombstones > 0) {
      stats.put("numTombstones", tombstones);
    }
    ObjectNode compaction = root.putObject("compaction");
    compaction.put("level", level);
    ArrayNode sourceArray = compaction.putArray("sources");
    sources.forEach(sourceArray::add);
    if (!parents.isEmpty()) {
      ArrayNode parentArray = compaction.putArray("parents");
      for (Parent parent : parents) {
        parentArray.addObject().put("ulid", parent.ulid).put("minTime", parent.minTime).put("maxTime", parent.maxTime);
      }
    }
    if (outOfOrder) {
      compaction.putArray("hints").add(FROM_OUT_OF_ORDER);
    }
    root.put("version", 1);
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  static BlockMeta parse(String file, byte[] json) {
    try {
      JsonNode root = JSON.readTree(json);
      if (root.path("version").asInt(0) != 1) {
        throw new CorruptionException(file, 0, "a block of version 1", "version " + root.path("version"));
      }
      JsonNode stats = root.path("stats");
      JsonNode compaction = root.path("compaction");
      List<String> sources = new ArrayList<>();
      compaction.path("sources").forEach(source -> sources.add(source.asString("")));
      List<Parent> parents = new ArrayList<>();
      compaction.path("parents").forEach(
          p -> parents.add(new Parent(p.path("ulid").asString(""), p.path("minTime").asLong(0), p.path("maxTime").asLong(0))));
      boolean outOfOrder = false;
      for (JsonNode hint : compaction.path("hints")) {
        outOfOrder |= hint.asString("").equals(FROM_OUT_OF_ORDER);
      }
      return new BlockMeta(
          root.path("ulid").asString(""), root.path("minTime").asLong(0), root.path("maxTime").asLong(0),
          stats.path("numSamples").asLong(0), stats.path("numSeries").asLong(0), stats.path("numChunks").asLong(0),
          stats.path("numTombstones").asLong(0), compaction.path("level").asInt(1), List.copyOf(sources), List.copyOf(parents),
          outOfOrder);
    } catch (JacksonException e) {
      throw new CorruptionException(file, Math.max(0, e.getLocation().getByteOffset()), "JSON", String.valueOf(e.getOriginalMessage()));
    }
  }
}
