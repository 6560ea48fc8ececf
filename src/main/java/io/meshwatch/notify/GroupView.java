package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.util.List;

/**
 * A group of alerts as pages show it.
 *
 * @param key the group in Alertmanager's words
 * @param labels what its alerts have in common by definition
 * @param receiver who is told
 * @param nextLookMillis when it is looked at for news next
 * @param alerts its members that fire
 */
public record GroupView(String key, Labels labels, String receiver, long nextLookMillis, List<AlertView> alerts) {}
