package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Alerts, groups, the notification log, the outbox, silences and the history in one SQLite file. One connection; every change is a
 * transaction that is on the disk when {@link #save} returns. Guarded by itself.
 *
 * <p>Label sets are JSON objects with their names sorted, so equal labels are equal texts. References to alerts are by their
 * labels' fingerprint in hexadecimal.
 *
 * @see <a href="https://www.sqlite.org/wal.html">SQLite's write-ahead log</a>
 */
public final class NotificationStore implements AutoCloseable {
  private static final int SCHEMA_VERSION = 2;
  private static final List<String> SCHEMA = List.of(
      """
      CREATE TABLE alerts (labels TEXT PRIMARY KEY, annotations TEXT NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, generator_url TEXT NOT NULL, value REAL) WITHOUT ROWID""",
      "CREATE TABLE groups (id TEXT PRIMARY KEY, next_flush INTEGER NOT NULL, flushed INTEGER NOT NULL) WITHOUT ROWID",
      """
      CREATE TABLE told (group_id TEXT, destination TEXT, sent_at INTEGER NOT NULL, firing TEXT NOT NULL, thread_id TEXT NOT NULL,
        PRIMARY KEY (group_id, destination)) WITHOUT ROWID""",
      """
      CREATE TABLE outbox (group_id TEXT, destination TEXT, created_at INTEGER NOT NULL, next_attempt INTEGER NOT NULL,
        attempts INTEGER NOT NULL, message_id TEXT NOT NULL, announced TEXT NOT NULL, last_reply TEXT NOT NULL,
        PRIMARY KEY (group_id, destination)) WITHOUT ROWID""",
      """
      CREATE TABLE silences (id TEXT PRIMARY KEY, matchers TEXT NOT NULL, starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,
        created_by TEXT NOT NULL, comment TEXT NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID""",
      """
      CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, receiver TEXT NOT NULL, integration TEXT NOT NULL,
        destination TEXT NOT NULL, subject TEXT NOT NULL, news INTEGER NOT NULL, resolved INTEGER NOT NULL, still INTEGER NOT NULL,
        outcome TEXT NOT NULL, code INTEGER NOT NULL, reply TEXT NOT NULL, message_id TEXT NOT NULL, attempt INTEGER NOT NULL,
        waited INTEGER NOT NULL)""");
  /** What version 2 brought; done on a new file too. */
  private static final List<String> SCHEMA_2 = List.of(
      "ALTER TABLE history ADD COLUMN alerts TEXT NOT NULL DEFAULT '[]'", AcknowledgementTable.SCHEMA);

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, String>> TEXT_MAP = new TypeReference<>() {};
  private static final TypeReference<List<String>> TEXT_LIST = new TypeReference<>() {};

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
      for (String change : version == 0 ? SCHEMA : List.<String>of()) {
        statement.execute(change);
      }
      for (String change : SCHEMA_2) {
        statement.execute(change);
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
      List<Alert> alerts = loadAlerts();
      Map<String, Labels> byFingerprint = new HashMap<>();
      alerts.forEach(a -> byFingerprint.put(fingerprint(a.labels()), a.labels()));
      return new Saved(alerts, loadGroups(), loadTold(byFingerprint), loadPending(byFingerprint), loadSilences(),
          AcknowledgementTable.load(connection));
    } catch (SQLException e) {
      throw unavailable("cannot be read", e);
    }
  }

  private List<Alert> loadAlerts() throws SQLException {
    List<Alert> alerts = new ArrayList<>();
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM alerts")) {
      while (row.next()) {
        double value = row.getDouble("value");
        OptionalDouble optional = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
        alerts.add(new Alert(labels(row.getString("labels")), labels(row.getString("annotations")), row.getLong("starts_at"),
            row.getLong("ends_at"), row.getLong("updated_at"), row.getString("generator_url"), optional));
      }
    }
    return alerts;
  }

  private Map<String, SavedGroup> loadGroups() throws SQLException {
    Map<String, SavedGroup> groups = new HashMap<>();
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM groups")) {
      while (row.next()) {
        groups.put(row.getString("id"), new SavedGroup(row.getLong("next_flush"), row.getBoolean("flushed")));
      }
    }
    return groups;
  }

  private Map<DeliveryKey, Told> loadTold(Map<String, Labels> byFingerprint) throws SQLException {
    Map<DeliveryKey, Told> told = new HashMap<>();
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM told")) {
      while (row.next()) {
        told.put(key(row), new Told(row.getLong("sent_at"), members(row.getString("firing"), byFingerprint), row.getString("thread_id")));
      }
    }
    return told;
  }

  private Map<DeliveryKey, Pending> loadPending(Map<String, Labels> byFingerprint) throws SQLException {
    Map<DeliveryKey, Pending> pending = new HashMap<>();
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM outbox")) {
      while (row.next()) {
        pending.put(key(row), new Pending(row.getLong("created_at"), row.getLong("next_attempt"), row.getInt("attempts"),
            row.getString("message_id"), members(row.getString("announced"), byFingerprint), row.getString("last_reply")));
      }
    }
    return pending;
  }

  private List<Silence> loadSilences() throws SQLException {
    List<Silence> silences = new ArrayList<>();
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM silences")) {
      while (row.next()) {
        silences.add(new Silence(row.getString("id"), matchers(row.getString("matchers")), row.getLong("starts_at"), row.getLong("ends_at"),
            row.getString("created_by"), row.getString("comment"), row.getLong("updated_at")));
      }
    }
    return silences;
  }

  /** Makes changes safe, all or none; throws {@link StoreUnavailableException} if that is not possible now. */
  synchronized void save(Changes changes) {
    if (changes.isEmpty()) {
      return;
    }
    try {
      saveAlerts(changes.alerts());
      saveGroups(changes.groups());
      saveTold(changes.told());
      savePending(changes.pending());
      saveSilences(changes.silences());
      AcknowledgementTable.save(connection, changes.acknowledgements());
      saveHistory(changes.history());
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

  private void saveAlerts(Map<Labels, Optional<Alert>> alerts) throws SQLException {
    if (alerts.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM alerts WHERE labels = ?")) {
      for (var change : alerts.entrySet()) {
        if (change.getValue().isPresent()) {
          bind(put, change.getValue().get());
          put.addBatch();
        } else {
          delete.setString(1, json(change.getKey().toMap()));
          delete.addBatch();
        }
      }
      delete.executeBatch();
      put.executeBatch();
    }
  }

  private static void bind(PreparedStatement put, Alert alert) throws SQLException {
    put.setString(1, json(alert.labels().toMap()));
    put.setString(2, json(alert.annotations().toMap()));
    put.setLong(3, alert.startsAtMillis());
    put.setLong(4, alert.endsAtMillis());
    put.setLong(5, alert.updatedAtMillis());
    put.setString(6, alert.generatorUrl());
    if (alert.value().isPresent()) {
      put.setDouble(7, alert.value().getAsDouble());
    } else {
      put.setNull(7, Types.REAL);
    }
  }

  private void saveGroups(Map<String, Optional<SavedGroup>> groups) throws SQLException {
    if (groups.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO groups VALUES (?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM groups WHERE id = ?")) {
      for (var change : groups.entrySet()) {
        if (change.getValue().isPresent()) {
          put.setString(1, change.getKey());
          put.setLong(2, change.getValue().get().nextFlushMillis());
          put.setBoolean(3, change.getValue().get().flushed());
          put.addBatch();
        } else {
          delete.setString(1, change.getKey());
          delete.addBatch();
        }
      }
      delete.executeBatch();
      put.executeBatch();
    }
  }

  private void saveTold(Map<DeliveryKey, Optional<Told>> told) throws SQLException {
    if (told.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM told WHERE group_id = ? AND destination = ?")) {
      for (var change : told.entrySet()) {
        PreparedStatement statement = change.getValue().isPresent() ? put : delete;
        bind(statement, change.getKey());
        if (change.getValue().isPresent()) {
          put.setLong(3, change.getValue().get().sentAtMillis());
          put.setString(4, fingerprints(change.getValue().get().firing()));
          put.setString(5, change.getValue().get().threadId());
        }
        statement.addBatch();
      }
      delete.executeBatch();
      put.executeBatch();
    }
  }

  private void savePending(Map<DeliveryKey, Optional<Pending>> pending) throws SQLException {
    if (pending.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM outbox WHERE group_id = ? AND destination = ?")) {
      for (var change : pending.entrySet()) {
        PreparedStatement statement = change.getValue().isPresent() ? put : delete;
        bind(statement, change.getKey());
        if (change.getValue().isPresent()) {
          Pending entry = change.getValue().get();
          put.setLong(3, entry.createdAtMillis());
          put.setLong(4, entry.nextAttemptAtMillis());
          put.setInt(5, entry.attempts());
          put.setString(6, entry.messageId());
          put.setString(7, fingerprints(entry.announced()));
          put.setString(8, entry.lastReply());
        }
        statement.addBatch();
      }
      delete.executeBatch();
      put.executeBatch();
    }
  }

  private void saveSilences(Map<String, Optional<Silence>> silences) throws SQLException {
    if (silences.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO silences VALUES (?, ?, ?, ?, ?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM silences WHERE id = ?")) {
      for (var change : silences.entrySet()) {
        PreparedStatement statement = change.getValue().isPresent() ? put : delete;
        statement.setString(1, change.getKey());
        if (change.getValue().isPresent()) {
          Silence silence = change.getValue().get();
          put.setString(2, json(silence.matchers().stream().map(m -> List.of(m.name(), m.op().symbol(), m.value())).toList()));
          put.setLong(3, silence.startsAtMillis());
          put.setLong(4, silence.endsAtMillis());
          put.setString(5, silence.createdBy());
          put.setString(6, silence.comment());
          put.setLong(7, silence.updatedAtMillis());
        }
        statement.addBatch();
      }
      delete.executeBatch();
      put.executeBatch();
    }
  }

  private void saveHistory(List<HistoryEntry> entries) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("""
        INSERT INTO history (at, receiver, integration, destination, subject, news, resolved, still, outcome, code, reply, message_id,
          attempt, waited, alerts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
      for (HistoryEntry entry : entries) {
        put.setLong(1, entry.atMillis());
        put.setString(2, entry.receiver());
        put.setString(3, entry.integration());
        put.setString(4, entry.destination());
        put.setString(5, entry.subject());
        put.setInt(6, entry.news());
        put.setInt(7, entry.resolved());
        put.setInt(8, entry.still());
        put.setString(9, entry.outcome().name());
        put.setInt(10, entry.code());
        put.setString(11, entry.reply());
        put.setString(12, entry.messageId());
        put.setInt(13, entry.attempt());
        put.setLong(14, entry.waitedMillis());
        put.setString(15, json(entry.alerts()));
        put.addBatch();
      }
      put.executeBatch();
    }
  }

  /** The newest entries of the history, newest first. */
  synchronized List<HistoryEntry> history(int entriesMax) {
    List<HistoryEntry> entries = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement("SELECT * FROM history ORDER BY id DESC LIMIT ?")) {
      select.setInt(1, entriesMax);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.add(new HistoryEntry(row.getLong("id"), row.getLong("at"), row.getString("receiver"), row.getString("integration"),
              row.getString("destination"), row.getString("subject"), row.getInt("news"), row.getInt("resolved"), row.getInt("still"),
              HistoryEntry.Outcome.valueOf(row.getString("outcome")), row.getInt("code"), row.getString("reply"),
              row.getString("message_id"), row.getInt("attempt"), row.getLong("waited"), JSON.readValue(row.getString("alerts"), TEXT_LIST)));
        }
      }
      return entries;
    } catch (SQLException e) {
      throw unavailable("cannot be read", e);
    }
  }

  /** Forgets all but the newest entries of the history. */
  synchronized void trimHistory(int entriesMax) {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?")) {
      delete.setInt(1, entriesMax);
      delete.executeUpdate();
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

  private static void bind(PreparedStatement statement, DeliveryKey key) throws SQLException {
    statement.setString(1, key.groupId());
    statement.setString(2, key.destinationId());
  }

  private static DeliveryKey key(ResultSet row) throws SQLException {
    return new DeliveryKey(row.getString("group_id"), row.getString("destination"));
  }

  static String fingerprint(Labels labels) {
    return String.format("%016x", labels.fingerprint());
  }

  private static String fingerprints(Set<Labels> alerts) {
    return json(alerts.stream().map(NotificationStore::fingerprint).sorted().toList());
  }

  private static Set<Labels> members(String fingerprints, Map<String, Labels> byFingerprint) {
    Set<Labels> members = new HashSet<>();
    for (String fingerprint : JSON.readValue(fingerprints, TEXT_LIST)) {
      Labels labels = byFingerprint.get(fingerprint);
      if (labels != null) {
        members.add(labels);
      }
    }
    return Set.copyOf(members);
  }

  private static List<Matcher> matchers(String json) {
    List<Matcher> matchers = new ArrayList<>();
    for (List<String> parts : JSON.readValue(json, new TypeReference<List<List<String>>>() {})) {
      Matcher.Op op = Arrays.stream(Matcher.Op.values()).filter(o -> o.symbol().equals(parts.get(1))).findFirst().orElseThrow();
      matchers.add(new Matcher(parts.getFirst(), op, parts.get(2)));
    }
    return List.copyOf(matchers);
  }

  static Labels labels(String json) {
    return Labels.of(JSON.readValue(json, TEXT_MAP));
  }

  static String json(Object value) {
    return JSON.writeValueAsString(value);
  }

  private static StoreUnavailableException unavailable(String what, SQLException cause) {
    return new StoreUnavailableException("the store of alerts and notifications " + what + ": " + cause.getMessage(), cause);
  }
}
