package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tables of what notification must remember, and how their rows are read and written. Label sets are JSON objects with their names
 * sorted, so equal labels are equal texts; references to alerts are by their labels' fingerprint in hexadecimal.
 */
final class NotificationTables {
  /** Tables of the first version of the file. */
  static final List<String> SCHEMA = List.of(
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
      HistoryTable.SCHEMA);
  /** What version 2 brought; done on a new file too. */
  static final List<String> SCHEMA_2 = List.of(
      HistoryTable.SCHEMA_2,
      "CREATE TABLE acknowledgements (labels TEXT PRIMARY KEY, author TEXT NOT NULL, comment TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID");
  /** What version 3 brought. */
  static final List<String> SCHEMA_3 = List.of("ALTER TABLE told ADD COLUMN perhaps_over TEXT NOT NULL DEFAULT '[]'");

  private static final TypeReference<Map<String, String>> TEXT_MAP = new TypeReference<>() {};
  private static final TypeReference<List<String>> TEXT_LIST = new TypeReference<>() {};
  private static final TypeReference<List<List<String>>> TEXT_LISTS = new TypeReference<>() {};

  private static final KeyedTable.Columns<Labels> LABELS = (row, i, labels) -> row.setString(i, json(labels.toMap()));
  private static final KeyedTable.Columns<String> TEXT = (row, i, text) -> row.setString(i, text);
  private static final KeyedTable.Columns<DeliveryKey> DELIVERY = (row, i, key) -> {
    row.setString(i, key.groupId());
    row.setString(i + 1, key.destinationId());
  };
  private static final List<String> DELIVERY_COLUMNS = List.of("group_id", "destination");

  static final KeyedTable<Labels, Alert> ALERTS = new KeyedTable<>("alerts", List.of("labels"), 7, LABELS, (row, i, alert) -> {
    row.setString(i, json(alert.annotations().toMap()));
    row.setLong(i + 1, alert.startsAtMillis());
    row.setLong(i + 2, alert.endsAtMillis());
    row.setLong(i + 3, alert.updatedAtMillis());
    row.setString(i + 4, alert.generatorUrl());
    if (alert.value().isPresent()) {
      row.setDouble(i + 5, alert.value().getAsDouble());
    } else {
      row.setNull(i + 5, Types.REAL);
    }
  });

  static final KeyedTable<String, NotificationStore.SavedGroup> GROUPS = new KeyedTable<>("groups", List.of("id"), 3, TEXT, (row, i, group) -> {
    row.setLong(i, group.nextFlushMillis());
    row.setBoolean(i + 1, group.flushed());
  });

  static final KeyedTable<DeliveryKey, Told> TOLD = new KeyedTable<>("told", DELIVERY_COLUMNS, 6, DELIVERY, (row, i, told) -> {
    row.setLong(i, told.sentAtMillis());
    row.setString(i + 1, fingerprints(told.firing()));
    row.setString(i + 2, told.threadId());
    row.setString(i + 3, fingerprints(told.perhapsOver()));
  });

  static final KeyedTable<DeliveryKey, Pending> OUTBOX = new KeyedTable<>("outbox", DELIVERY_COLUMNS, 8, DELIVERY, (row, i, pending) -> {
    row.setLong(i, pending.createdAtMillis());
    row.setLong(i + 1, pending.nextAttemptAtMillis());
    row.setInt(i + 2, pending.attempts());
    row.setString(i + 3, pending.messageId());
    row.setString(i + 4, fingerprints(pending.announced()));
    row.setString(i + 5, pending.lastReply());
  });

  static final KeyedTable<String, Silence> SILENCES = new KeyedTable<>("silences", List.of("id"), 7, TEXT, (row, i, silence) -> {
    row.setString(i, json(silence.matchers().stream().map(m -> List.of(m.name(), m.op().symbol(), m.value())).toList()));
    row.setLong(i + 1, silence.startsAtMillis());
    row.setLong(i + 2, silence.endsAtMillis());
    row.setString(i + 3, silence.createdBy());
    row.setString(i + 4, silence.comment());
    row.setLong(i + 5, silence.updatedAtMillis());
  });

  static final KeyedTable<Labels, Acknowledgement> ACKNOWLEDGEMENTS =
      new KeyedTable<>("acknowledgements", List.of("labels"), 4, LABELS, (row, i, acknowledgement) -> {
        row.setString(i, acknowledgement.author());
        row.setString(i + 1, acknowledgement.comment());
        row.setLong(i + 2, acknowledgement.atMillis());
      });

  private NotificationTables() {}

  /** All tables but the history, as they were saved. */
  static NotificationStore.Saved load(Connection connection) throws SQLException {
    List<Alert> alerts = new ArrayList<>();
    Map<String, NotificationStore.SavedGroup> groups = new HashMap<>();
    Map<DeliveryKey, Told> told = new HashMap<>();
    Map<DeliveryKey, Pending> pending = new HashMap<>();
    List<Silence> silences = new ArrayList<>();
    Map<Labels, Acknowledgement> acknowledgements = new HashMap<>();
    ALERTS.readAll(connection, row -> alerts.add(alert(row)));
    Map<String, Labels> byFingerprint = new HashMap<>();
    alerts.forEach(a -> byFingerprint.put(NotificationStore.fingerprint(a.labels()), a.labels()));
    GROUPS.readAll(connection, row ->
        groups.put(row.getString("id"), new NotificationStore.SavedGroup(row.getLong("next_flush"), row.getBoolean("flushed"))));
    TOLD.readAll(connection, row ->
        told.put(key(row), new Told(row.getLong("sent_at"), members(row.getString("firing"), byFingerprint),
            members(row.getString("perhaps_over"), byFingerprint), row.getString("thread_id"))));
    OUTBOX.readAll(connection, row ->
        pending.put(key(row), new Pending(row.getLong("created_at"), row.getLong("next_attempt"), row.getInt("attempts"),
            row.getString("message_id"), members(row.getString("announced"), byFingerprint), row.getString("last_reply"))));
    SILENCES.readAll(connection, row ->
        silences.add(new Silence(row.getString("id"), matchers(row.getString("matchers")), row.getLong("starts_at"), row.getLong("ends_at"),
            row.getString("created_by"), row.getString("comment"), row.getLong("updated_at"))));
    ACKNOWLEDGEMENTS.readAll(connection, row ->
        acknowledgements.put(labels(row.getString("labels")),
            new Acknowledgement(row.getString("author"), row.getString("comment"), row.getLong("at"))));
    return new NotificationStore.Saved(alerts, groups, told, pending, silences, acknowledgements);
  }

  private static Alert alert(ResultSet row) throws SQLException {
    double value = row.getDouble("value");
    OptionalDouble optional = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(value);
    return new Alert(labels(row.getString("labels")), labels(row.getString("annotations")), row.getLong("starts_at"),
        row.getLong("ends_at"), row.getLong("updated_at"), row.getString("generator_url"), optional);
  }

  private static DeliveryKey key(ResultSet row) throws SQLException {
    return new DeliveryKey(row.getString("group_id"), row.getString("destination"));
  }

  private static String fingerprints(Set<Labels> alerts) {
    return json(alerts.stream().map(NotificationStore::fingerprint).sorted().toList());
  }

  private static Set<Labels> members(String fingerprints, Map<String, Labels> byFingerprint) {
    Set<Labels> members = new HashSet<>();
    for (String fingerprint : texts(fingerprints)) {
      Labels labels = byFingerprint.get(fingerprint);
      if (labels != null) {
        members.add(labels);
      }
    }
    return Set.copyOf(members);
  }

  private static List<Matcher> matchers(String json) {
    List<Matcher> matchers = new ArrayList<>();
    for (List<String> parts : JsonMapper.shared().readValue(json, TEXT_LISTS)) {
      Matcher.Op op = Arrays.stream(Matcher.Op.values()).filter(o -> o.symbol().equals(parts.get(1))).findFirst().orElseThrow();
      matchers.add(new Matcher(parts.getFirst(), op, parts.get(2)));
    }
    return List.copyOf(matchers);
  }

  private static Labels labels(String json) {
    return Labels.of(JsonMapper.shared().readValue(json, TEXT_MAP));
  }

  static List<String> texts(String json) {
    return JsonMapper.shared().readValue(json, TEXT_LIST);
  }

  static String json(Object value) {
    return JsonMapper.shared().writeValueAsString(value);
  }
}
