package io.meshwatch.notify.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A relay in memory for tests and simulated time: keeps what it accepted, and fails as it is told. Safe for all threads. */
public final class SimulatedMailTransport implements MailTransport {
  private static final Delivery OK = new Delivery.Accepted(250, "2.0.0 Ok: queued");

  private final List<MailMessage> accepted = new ArrayList<>();
  private Function<MailMessage, Delivery> behaviour = m -> OK;

  /** From now on answers as this function says. */
  public synchronized void answer(Function<MailMessage, Delivery> newBehaviour) {
    behaviour = newBehaviour;
  }

  /** From now on takes everything. */
  public void accept() {
    answer(m -> OK);
  }

  /** From now on nobody answers. */
  public void goDown() {
    answer(m -> new Delivery.Delayed(0, "relay:25 refused the connection", true));
  }

  /** What was taken over, oldest first. */
  public synchronized List<MailMessage> accepted() {
    return List.copyOf(accepted);
  }

  @Override
  public synchronized Delivery send(MailMessage message) {
    Delivery delivery = behaviour.apply(message);
    if (delivery instanceof Delivery.Accepted) {
      accepted.add(message);
    }
    return delivery;
  }

  @Override
  public Dialogue test(MailMessage message) {
    return new Dialogue(List.of("(simulated relay)"), send(message));
  }

  @Override
  public void rest() {}
}
