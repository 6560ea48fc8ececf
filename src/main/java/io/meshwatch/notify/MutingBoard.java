package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes {@link Muting}s, keeping what is costly until alerts change or one of them ends. Guarded by the notifier's lock. */
final class MutingBoard {
  private final Ledger ledger;
  private final Routing routing;
  private @Nullable Inhibitor inhibitor;
  private long version = -1;
  private long madeAtMillis;
  private long validUntilMillis;

  MutingBoard(Ledger ledger, Routing routing) {
    this.ledger = ledger;
    this.routing = routing;
  }

  Muting at(long nowMillis) {
    return Muting.at(nowMillis, routing, ledger.silences(), inhibitorAt(nowMillis));
  }

  /** As {@link #at}, for an earlier time, as far as alerts and silences of then are remembered. */
  Muting then(long atMillis) {
    List<Labels> fired = ledger.alerts().stream().filter(a -> a.startsAtMillis() <= atMillis && !a.isResolvedAt(atMillis)).map(Alert::labels).toList();
    return Muting.at(atMillis, routing, ledger.silences(), new Inhibitor(routing.inhibitRules(), fired));
  }

  private Inhibitor inhibitorAt(long nowMillis) {
    Inhibitor kept = inhibitor;
    if (kept == null || version != ledger.alertsVersion() || nowMillis < madeAtMillis || nowMillis >= validUntilMillis) {
      kept = new Inhibitor(
          routing.inhibitRules(), ledger.alerts().stream().filter(a -> !a.isResolvedAt(nowMillis)).map(Alert::labels).toList());
      inhibitor = kept;
      version = ledger.alertsVersion();
      madeAtMillis = nowMillis;
      validUntilMillis = ledger.alerts().stream().mapToLong(Alert::endsAtMillis).filter(end -> end > nowMillis).min().orElse(Long.MAX_VALUE);
    }
    return kept;
  }
}
