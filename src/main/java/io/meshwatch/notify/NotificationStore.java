package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * Alerts, groups, the notification log, the outbox, silences and the history in one SQLite file. One connection; every change is a
 * transaction that is on the disk when {@link #save} returns. Guarded by itself.
 *
 * @see <a href="https://www.sqlite.org/wal.html">SQLite's write-ahead log</a>
 */
public final class NotificationStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NotificationStore.class);
  private static final int SCHEMA_VERSION = 3;

  private final Connection connection;

  private NotificationStore(String url) {
    try {
      connection = DriverManager.getConnection(url);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode=WAL");
        statement.execute("PRAGMA synchronous=FULL");
        statement.execute("PRAGMA busy_timeout=5000");
        createSchema(statement);
      }
      connection.setAutoCommit(false);
    } catch (SQLException e) {
      throw unavailable("cannot be opened", e);
    }
  }

  /** Loads the native library, which {@link #open} would do otherwise; what goes wrong is said there. */
  public static void loadLibrary() {
    try {
      SQLiteJDBCLoader.initialize();
    } catch (Exception e) {
      LOG.debug("SQLite's library could not be loaded beforehand", e);
    }
  }

  /** Opens a file, making it and its folder if they are missing; throws {@link StoreUnavailableException} with the reason. */
  public static NotificationStore open(Path file) {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new StoreUnavailableException("the folder of " + file + " cannot be made: " + e.getMessage(), e);
    }
    return new NotificationStore("jdbc:sqlite:" + file.toAbsolutePath());
  }

  /** The same in memory, gone when it is closed: for tests and simulated time. */
  public static NotificationStore inMemory() {
    return new NotificationStore("jdbc:sqlite::memory:");
  }

  private static void createSchema(Statement statement) throws SQLException {
    int version;
    try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
      version = row.getInt(1);
    }
    if (version > SCHEMA_VERSION) {
      throw new SQLException("it was written by a newer meshwatch (schema " + version + ", expected at most " + SCHEMA_VERSION + ")");
    }
    if (version < SCHEMA_VERSION) {
      statement.execute("BEGIN");
      List<List<String>> versions = List.of(NotificationTables.SCHEMA, NotificationTables.SCHEMA_2, NotificationTables.SCHEMA_3);
      for (List<String> changes : versions.subList(version, SCHEMA_VERSION)) {
        for (String change : changes) {
          statement.execute(change);
        }
      }
      statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
      statement.execute("COMMIT");
    }
  }

  /** Everything but the history, as it was saved. */
  record Saved(
      List<Alert> alerts,
      Map<String, SavedGroup> groups,
      Map<DeliveryKey, Told> told,
      Map<DeliveryKey, Pending> pending,
      List<Silence> silences,
      Map<Labels, Acknowledgement> acknowledgements) {}

  /** When a group is due. */
  record SavedGroup(long nextFlushMillis, boolean flushed) {}

  /** What one transaction changes; an empty value deletes its key. */
  record Changes(
      Map<Labels, Optional<Alert>> alerts,
      Map<String, Optional<SavedGroup>> groups,
      Map<DeliveryKey, Optional<Told>> told,
      Map<DeliveryKey, Optional<Pending>> pending,
      Map<String, Optional<Silence>> silences,
      Map<Labels, Optional<Acknowledgement>> acknowledgements,
      List<HistoryEntry> history) {
    boolean isEmpty() {
      return alerts.isEmpty() && groups.isEmpty() && told.isEmpty() && pending.isEmpty() && silences.isEmpty()
          && acknowledgements.isEmpty() && history.isEmpty();
    }
  }

  synchronized Saved load() {
    try {
      return NotificationTables.load(connection);
    } catch (SQLException e) {
      throw unavailable("cannot be read", e);
    }
  }

  /** Makes changes safe, all or none; throws {@link StoreUnavailableException} if that is not possible now. */
  synchronized void save(Changes changes) {
    if (changes.isEmpty()) {
      return;
    }
    try {
      NotificationTables.ALERTS.save(connection, changes.alerts());
      NotificationTables.GROUPS.save(connection, changes.groups());
      NotificationTables.TOLD.save(connection, changes.told());
      NotificationTables.OUTBOX.save(connection, changes.pending());
      NotificationTables.SILENCES.save(connection, changes.silences());
      NotificationTables.ACKNOWLEDGEMENTS.save(connection, changes.acknowledgements());
      HistoryTable.add(connection, changes.history());
      connection.commit();
    } catch (SQLException e) {
      rollback(e);
      throw unavailable("cannot be written", e);
    }
  }

  private void rollback(SQLException cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  /** The newest entries of the history, newest first. */
  synchronized List<HistoryEntry> history(int entriesMax) {
    try {
      return HistoryTable.newest(connection, entriesMax);
    } catch (SQLException e) {
      throw unavailable("cannot be read", e);
    }
  }

  /** Forgets all but the newest entries of the history. */
  synchronized void trimHistory(int entriesMax) {
    try {
      HistoryTable.trim(connection, entriesMax);
      connection.commit();
    } catch (SQLException e) {
      rollback(e);
      throw unavailable("cannot be written", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw unavailable("cannot be closed", e);
    }
  }

  static String fingerprint(Labels labels) {
    return String.format("%016x", labels.fingerprint());
  }

  private static StoreUnavailableException unavailable(String what, SQLException cause) {
    return new StoreUnavailableException("the store of alerts and notifications " + what + ": " + cause.getMessage(), cause);
  }
}
