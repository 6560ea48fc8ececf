package io.meshwatch.notify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table of the notification store: its first columns are the key, the others the value.
 *
 * @param name of the table
 * @param keyColumns names of the key's columns
 * @param columns how many columns there are in all
 * @param key writes a key into a statement, from the first parameter on
 * @param value writes a value, from the parameter behind the key on
 */
record KeyedTable<K, V>(String name, List<String> keyColumns, int columns, Columns<K> key, Columns<V> value) {
  /** Writes something into the parameters of a statement. */
  @FunctionalInterface
  interface Columns<T> {
    void bind(PreparedStatement statement, int first, T what) throws SQLException;
  }

  /** Takes one row. */
  @FunctionalInterface
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  void readAll(Connection connection, RowReader reader) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT * FROM " + name)) {
      while (row.next()) {
        reader.read(row);
      }
    }
  }

  /** Part of the caller's transaction; an empty value deletes its key. */
  void save(Connection connection, Map<K, Optional<V>> changes) throws SQLException {
    if (changes.isEmpty()) {
      return;
    }
    String put = "INSERT OR REPLACE INTO " + name + " VALUES (" + String.join(", ", Collections.nCopies(columns, "?")) + ")";
    String delete = "DELETE FROM " + name + " WHERE " + String.join(" = ? AND ", keyColumns) + " = ?";
    try (PreparedStatement puts = connection.prepareStatement(put); PreparedStatement deletes = connection.prepareStatement(delete)) {
      for (Map.Entry<K, Optional<V>> change : changes.entrySet()) {
        PreparedStatement statement = change.getValue().isPresent() ? puts : deletes;
        key.bind(statement, 1, change.getKey());
        if (change.getValue().isPresent()) {
          value.bind(statement, 1 + keyColumns.size(), change.getValue().get());
        }
        statement.addBatch();
      }
      deletes.executeBatch();
      puts.executeBatch();
    }
  }
}
