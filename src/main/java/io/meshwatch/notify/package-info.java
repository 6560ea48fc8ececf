/**
 * Floor 3. From alerts to notifications: routes, groups, silences, inhibition, the notification log and the outbox. Nothing that
 * was accepted is lost by a restart. Open {@link io.meshwatch.notify.Notifier} first.
 */
@NullMarked
package io.meshwatch.notify;

import org.jspecify.annotations.NullMarked;
