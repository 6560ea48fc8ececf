package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Which faults are switched on, with what parameters, and until when. A fault with {@code durationSeconds} switches itself off.
 * Guarded by this; listeners are told outside the lock.
 */
final class Faults {
  /** Every fault takes this parameter: after so many seconds it ends by itself. */
  static final String DURATION = "durationSeconds";

  private final Clock clock;
  private final List<String> platforms;
  private final List<String> components;
  private final Map<FaultKind, ActiveFault> active = new EnumMap<>(FaultKind.class);
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  Faults(Clock clock, List<String> platforms, List<String> components) {
    this.clock = clock;
    this.platforms = platforms;
    this.components = components;
  }

  /** A fault that is on. */
  record ActiveFault(Map<String, Object> parameters, long sinceMillis, long untilMillis) {
    String text(String parameter) {
      return String.valueOf(parameters.get(parameter));
    }

    double number(String parameter) {
      return parameters.get(parameter) instanceof Number number ? number.doubleValue() : 0;
    }
  }

  /** What a client sent cannot be used; the message says why. */
  static final class BadParameterException extends Exception {
    BadParameterException(String message) {
      super(message);
    }
  }

  /** Tells a listener after each switch. */
  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  void switchOn(FaultKind kind, Map<String, Object> given) throws BadParameterException {
    Map<String, Object> parameters = checked(kind, given);
    long now = clock.wallMillis();
    long until = parameters.get(DURATION) instanceof Number seconds ? now + (long) (seconds.doubleValue() * 1000) : Long.MAX_VALUE;
    synchronized (this) {
      active.put(kind, new ActiveFault(parameters, now, until));
    }
    listeners.forEach(Runnable::run);
  }

  void switchOff(FaultKind kind) {
    synchronized (this) {
      active.remove(kind);
    }
    listeners.forEach(Runnable::run);
  }

  synchronized Optional<ActiveFault> active(FaultKind kind) {
    ActiveFault fault = active.get(kind);
    if (fault != null && clock.wallMillis() >= fault.untilMillis()) {
      active.remove(kind);
      return Optional.empty();
    }
    return Optional.ofNullable(fault);
  }

  boolean isActive(FaultKind kind) {
    return active(kind).isPresent();
  }

  /** The fault, if it is on for this platform. */
  Optional<ActiveFault> onPlatform(FaultKind kind, String platform) {
    return active(kind).filter(fault -> fault.text("platform").equals(platform));
  }

  /** The fault, if it is on for this component. */
  Optional<ActiveFault> onComponent(FaultKind kind, String component) {
    return active(kind).filter(fault -> fault.text("component").equals(component));
  }

  /** The parameters a fault has when it is switched on with {@code {}}. */
  Map<String, Object> effectiveDefaults(FaultKind kind) {
    Map<String, Object> parameters = new TreeMap<>(kind.defaults());
    parameters.replaceAll((name, value) -> FaultKind.FIRST_PLATFORM.equals(value) ? platforms.getFirst() : value);
    return parameters;
  }

  private Map<String, Object> checked(FaultKind kind, Map<String, Object> given) throws BadParameterException {
    Map<String, Object> parameters = effectiveDefaults(kind);
    for (Map.Entry<String, Object> entry : given.entrySet()) {
      String name = entry.getKey();
      if (!parameters.containsKey(name) && !name.equals(DURATION)) {
        List<String> known = new ArrayList<>(parameters.keySet());
        known.add(DURATION);
        throw new BadParameterException("unknown parameter " + name + "; " + kind.outsideName() + " knows " + String.join(", ", known));
      }
      checkType(name, parameters.getOrDefault(name, 0), entry.getValue());
      parameters.put(name, entry.getValue());
    }
    checkOneOf("platform", parameters, platforms);
    checkOneOf("component", parameters, components);
    checkOneOf("port", parameters, List.of("backend", "identity", "management", "components"));
    return parameters;
  }

  private static void checkType(String name, Object expected, Object got) throws BadParameterException {
    boolean fits = expected instanceof Number ? got instanceof Number : got instanceof String;
    if (!fits) {
      throw new BadParameterException(name + ": expected a " + (expected instanceof Number ? "number" : "text") + ", got " + got);
    }
  }

  private static void checkOneOf(String name, Map<String, Object> parameters, List<String> known) throws BadParameterException {
    Object value = parameters.get(name);
    if (value instanceof String text && !known.contains(text)) {
      throw new BadParameterException(name + ": expected one of " + String.join(", ", known) + ", got " + text);
    }
  }
}
