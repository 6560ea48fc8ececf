package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Acknowledgements in the store's file, by the labels of their alerts. */
final class AcknowledgementTable {
  static final String SCHEMA =
      "CREATE TABLE acknowledgements (labels TEXT PRIMARY KEY, author TEXT NOT NULL, comment TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID";

  private AcknowledgementTable() {}

  static Map<Labels, Acknowledgement> load(Connection connection) throws SQLException {
    Map<Labels, Acknowledgement> all = new HashMap<>();
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM acknowledgements")) {
      while (row.next()) {
        all.put(NotificationStore.labels(row.getString("labels")),
            new Acknowledgement(row.getString("author"), row.getString("comment"), row.getLong("at")));
      }
    }
    return all;
  }

  /** Part of the caller's transaction; an empty value deletes its key. */
  static void save(Connection connection, Map<Labels, Optional<Acknowledgement>> changes) throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    try (PreparedStatement put = connection.prepareStatement("INSERT OR REPLACE INTO acknowledgements VALUES (?, ?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM acknowledgements WHERE labels = ?")) {
      for (var change : changes.entrySet()) {
        PreparedStatement statement = change.getValue().isPresent() ? put : delete;
        statement.setString(1, NotificationStore.json(change.getKey().toMap()));
        if (change.getValue().isPresent()) {
          put.setString(2, change.getValue().get().author());
          put.setString(3, change.getValue().get().comment());
          put.setLong(4, change.getValue().get().atMillis());
        }
        statement.addBatch();
      }
      delete.executeBatch();
      put.executeBatch();
    }
  }
}
