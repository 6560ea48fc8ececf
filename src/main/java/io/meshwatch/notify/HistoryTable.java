package io.meshwatch.notify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What was sent to whom, in the store's file; each call is part of the caller's transaction. */
final class HistoryTable {
  static final String SCHEMA = """
      CREATE TABLE history (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, receiver TEXT NOT NULL, integration TEXT NOT NULL,
        destination TEXT NOT NULL, subject TEXT NOT NULL, news INTEGER NOT NULL, resolved INTEGER NOT NULL, still INTEGER NOT NULL,
        outcome TEXT NOT NULL, code INTEGER NOT NULL, reply TEXT NOT NULL, message_id TEXT NOT NULL, attempt INTEGER NOT NULL,
        waited INTEGER NOT NULL)""";
  static final String SCHEMA_2 = "ALTER TABLE history ADD COLUMN alerts TEXT NOT NULL DEFAULT '[]'";
  private static final String INSERT = """
      INSERT INTO history (at, receiver, integration, destination, subject, news, resolved, still, outcome, code, reply, message_id,
        attempt, waited, alerts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

  private HistoryTable() {}

  static void add(Connection connection, List<HistoryEntry> entries) throws SQLException {
    if (entries.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement(INSERT)) {
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
        put.setString(15, NotificationTables.json(entry.alerts()));
        put.addBatch();
      }
      put.executeBatch();
    }
  }

  /** The newest entries, newest first. */
  static List<HistoryEntry> newest(Connection connection, int entriesMax) throws SQLException {
    List<HistoryEntry> entries = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement("SELECT * FROM history ORDER BY id DESC LIMIT ?")) {
      select.setInt(1, entriesMax);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.add(entry(row));
        }
      }
    }
    return entries;
  }

  private static HistoryEntry entry(ResultSet row) throws SQLException {
    return new HistoryEntry(row.getLong("id"), row.getLong("at"), row.getString("receiver"), row.getString("integration"),
        row.getString("destination"), row.getString("subject"), row.getInt("news"), row.getInt("resolved"), row.getInt("still"),
        HistoryEntry.Outcome.valueOf(row.getString("outcome")), row.getInt("code"), row.getString("reply"), row.getString("message_id"),
        row.getInt("attempt"), row.getLong("waited"), NotificationTables.texts(row.getString("alerts")));
  }

  /** Forgets all but the newest entries. */
  static void trim(Connection connection, int entriesMax) throws SQLException {
    try (PreparedStatement delete = connection.prepareStatement("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?")) {
      delete.setInt(1, entriesMax);
      delete.executeUpdate();
    }
  }
}
