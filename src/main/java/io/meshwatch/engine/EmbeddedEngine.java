package io.meshwatch.engine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Queryable;
import io.meshwatch.promql.ParserOptions;
import io.meshwatch.promql.PreparedQuery;
import io.meshwatch.promql.QueryEngine;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.Store;
import io.meshwatch.tsdb.StoreMaintenance;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Our own store and our own PromQL in this process. Closing it closes the store. */
public final class EmbeddedEngine implements Engine, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEngine.class);
  private static final int EXPRESSIONS_MAX = 5_000;

  private final Path folder;
  private final Store store;
  private final StoreMaintenance maintenance;
  private final QueryEngine queries;
  private final Cache<String, PreparedQuery> expressions = Caffeine.newBuilder().maximumSize(EXPRESSIONS_MAX).build();
  private final Workers workers;

  private EmbeddedEngine(Path folder, Store store, StoreMaintenance maintenance, QueryEngine queries, Workers workers) {
    this.folder = folder;
    this.store = store;
    this.maintenance = maintenance;
    this.queries = queries;
    this.workers = workers;
  }

  /**
   * Opens the store of a folder, mending what is damaged, and begins its periodic work.
   *
   * @throws IOException if the folder cannot be read or written
   */
  public static EmbeddedEngine open(Environment environment, Path folder, StoreSettings settings, QueryOptions options) throws IOException {
    return open(environment, folder, settings, options, new OpeningProgress());
  }

  /** As the other, telling meanwhile how far it is. */
  public static EmbeddedEngine open(
      Environment environment, Path folder, StoreSettings settings, QueryOptions options, OpeningProgress progress) throws IOException {
    Store store = Store.open(
        folder, settings, environment.clock(), environment.disk(), environment.workers(), environment.telemetry(), progress.replay());
    QueryEngine queries = new QueryEngine(options, environment.workers(), environment.clock());
    return new EmbeddedEngine(folder, store, new StoreMaintenance(store, environment.timers(), environment.workers()), queries,
        environment.workers());
  }

  @Override
  public Appender appender() {
    return store.appender();
  }

  @Override
  public Queryable queryable() {
    return store;
  }

  @Override
  public QueryResult query(String expression, long atMillis, QueryLimits limits) throws InterruptedException {
    try {
      return workers.apart(() -> queries.instant(store, prepared(expression), atMillis, limits));
    } catch (CorruptionException e) {
      throw damaged(e);
    }
  }

  @Override
  public QueryResult queryRange(String expression, long startMillis, long endMillis, long stepMillis, QueryLimits limits)
      throws InterruptedException {
    try {
      return workers.apart(() -> queries.range(store, prepared(expression), startMillis, endMillis, stepMillis, limits));
    } catch (CorruptionException e) {
      throw damaged(e);
    }
  }

  /** Rules and pages ask the same again and again; their expressions and regular expressions are read and planned once. */
  private PreparedQuery prepared(String expression) {
    PreparedQuery known = expressions.getIfPresent(expression);
    if (known == null) {
      known = queries.prepare(expression);
      expressions.put(expression, known);
    }
    return known;
  }

  /** The damaged block is put aside within seconds, so the same query answers soon. */
  private static QueryException damaged(CorruptionException e) {
    return new QueryException(QueryException.Reason.STORAGE, "the store is damaged: " + e.getMessage(), e);
  }

  @Override
  public ParserOptions language() {
    return queries.options().language();
  }

  @Override
  public Map<Labels, List<Exemplar>> exemplars(long fromMillis, long toMillis, List<List<Matcher>> selectors) {
    return store.exemplars(fromMillis, toMillis, selectors);
  }

  @Override
  public Map<String, List<MetricMetadata>> metadata() {
    return store.metadata();
  }

  /** Series that are active now. */
  public long seriesCount() {
    return store.seriesCount();
  }

  /** What fills the newest hours; each list has at most so many entries. */
  public StoreStatus status(int limit) {
    return StoreStatus.of(store.cardinality(limit), store.chunkCount(), store.headMinTime(), store.headMaxTime());
  }

  /** Why samples are not taken now, for people; empty if they are. */
  public Optional<String> trouble() {
    return Optional.ofNullable(store.trouble());
  }

  /** What was found damaged since the store was opened, and what became of it, for people. */
  public List<String> damages() {
    return store.damages();
  }

  /** Hides samples with {@code fromMillis <= t <= toMillis} of series that meet all matchers; compaction frees their space. */
  public void deleteSeries(long fromMillis, long toMillis, List<Matcher> matchers) throws IOException {
    store.delete(fromMillis, toMillis, matchers);
  }

  /** Frees the space of deleted samples. */
  public void cleanTombstones() throws IOException {
    store.cleanTombstones();
  }

  /** Copies all blocks, and the newest hours if asked to, into a folder of their own under {@code snapshots}; gives its name. */
  public String snapshot(boolean withHead) throws IOException {
    return String.valueOf(store.snapshot(withHead).getFileName());
  }

  /** Bytes left on the data folder's volume. */
  public long volumeAvailableBytes() {
    return store.volumeAvailableBytes();
  }

  /** Bytes of that volume. */
  public long volumeBytes() {
    return store.volumeBytes();
  }

  @Override
  public void close() {
    maintenance.close();
    try {
      store.close();
    } catch (IOException e) {
      LOG.error("The store in {} did not close cleanly; it mends itself at the next start: {}", folder, e.getMessage());
    }
  }
}
