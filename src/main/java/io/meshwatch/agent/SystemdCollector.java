package io.meshwatch.agent;

import io.meshwatch.environment.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * States of systemd's units and restarts of its services, asked over D-Bus: one question for all units with every page, and one for each
 * service once a minute, because those would cost more than all other collectors together.
 *
 * @see <a href="https://www.freedesktop.org/wiki/Software/systemd/dbus/">systemd's D-Bus interface</a>
 */
final class SystemdCollector implements Collector, AutoCloseable {
  private static final String SOCKET = "run/dbus/system_bus_socket";
  private static final String SYSTEMD = "org.freedesktop.systemd1";
  private static final String MANAGER_PATH = "/org/freedesktop/systemd1";
  private static final String MANAGER = "org.freedesktop.systemd1.Manager";
  private static final String SERVICE = "org.freedesktop.systemd1.Service";
  private static final String PROPERTIES = "org.freedesktop.DBus.Properties";
  private static final List<String> STATES = List.of("active", "activating", "deactivating", "inactive", "failed");
  private static final Pattern LEFT_OUT = Pattern.compile(".+\\.(automount|device|mount|scope|slice)");
  private static final int UNITS_MAX = 10_000;
  /** Services; the bus lets nobody wait for more than 128 answers. */
  private static final int ASKED_AT_ONCE = 50;
  private static final long SERVICES_MILLIS = 60_000;

  private final Path root;
  private final Clock clock;
  private @Nullable SystemBus bus;
  private Map<String, Service> services = Map.of();
  private long servicesAtMillis = Long.MIN_VALUE / 2;

  /** A unit that is loaded. */
  private record Unit(String name, String state, String path) {
    boolean isService() {
      return name.endsWith(".service");
    }
  }

  /** What only services have. */
  private record Service(String type, long restarts) {
    static final Service UNKNOWN = new Service("", 0);
  }

  SystemdCollector(Path root, Clock clock) {
    this.root = root;
    this.clock = clock;
  }

  @Override
  public void collect(KernelFiles files, MetricBytes out) throws IOException {
    try {
      SystemBus connected = connected();
      List<Unit> units = units(connected);
      String systemState = property(connected, connected.ask(SYSTEMD, MANAGER_PATH, PROPERTIES, "Get", MANAGER, "SystemState"));
      if (clock.wallMillis() - servicesAtMillis >= SERVICES_MILLIS) {
        services = services(connected, units);
        servicesAtMillis = clock.wallMillis();
      }
      write(out, units, systemState);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private SystemBus connected() throws IOException {
    SystemBus open = bus;
    if (open == null) {
      open = SystemBus.connect(root.resolve(SOCKET));
      bus = open;
    }
    return open;
  }

  /** An array of name, description, load state, active state, sub state, followed unit, path, and three things about its job. */
  private static List<Unit> units(SystemBus bus) throws IOException {
    BusMessage.Reader answer = bus.call(SYSTEMD, MANAGER_PATH, MANAGER, "ListUnits");
    List<Unit> units = new ArrayList<>();
    int end = answer.arrayEnd(8);
    while (answer.position() < end && units.size() < UNITS_MAX) {
      answer.align(8);
      String name = answer.text();
      answer.text();
      String loaded = answer.text();
      String state = answer.text();
      answer.text();
      answer.text();
      String path = answer.text();
      answer.number();
      answer.text();
      answer.text();
      if (loaded.equals("loaded") && !LEFT_OUT.matcher(name).matches()) {
        units.add(new Unit(name, state, path));
      }
    }
    return units;
  }

  private static Map<String, Service> services(SystemBus bus, List<Unit> units) throws IOException {
    List<Unit> asked = units.stream().filter(Unit::isService).toList();
    Map<String, Service> services = new HashMap<>();
    for (int from = 0; from < asked.size(); from += ASKED_AT_ONCE) {
      ask(bus, asked.subList(from, Math.min(asked.size(), from + ASKED_AT_ONCE)), services);
    }
    return services;
  }

  /** All questions are sent before the first answer is read. */
  private static void ask(SystemBus bus, List<Unit> asked, Map<String, Service> into) throws IOException {
    List<Integer> calls = new ArrayList<>();
    for (Unit unit : asked) {
      calls.add(bus.ask(SYSTEMD, unit.path, PROPERTIES, "Get", SERVICE, "Type"));
      calls.add(bus.ask(SYSTEMD, unit.path, PROPERTIES, "Get", SERVICE, "NRestarts"));
    }
    for (int i = 0; i < asked.size(); i++) {
      String type = property(bus, calls.get(2 * i));
      String restarts = property(bus, calls.get(2 * i + 1));
      into.put(asked.get(i).name, new Service(type, restarts.isEmpty() ? 0 : Long.parseLong(restarts)));
    }
  }

  /** A property as text, empty if there is none: older versions count no restarts, and a unit may be gone by now. */
  private static String property(SystemBus bus, int call) throws IOException {
    try {
      BusMessage.Reader answer = bus.answer(call);
      return switch (answer.signature()) {
        case "s" -> answer.text();
        case "u" -> Long.toString(Integer.toUnsignedLong(answer.number()));
        default -> "";
      };
    } catch (SystemBus.BusErrorException e) {
      return "";
    }
  }

  private void write(MetricBytes out, List<Unit> units, String systemState) {
    out.gauge("node_systemd_unit_state", "Whether a unit is in a state.");
    for (Unit unit : units) {
      String type = services.getOrDefault(unit.name, Service.UNKNOWN).type;
      STATES.forEach(state -> out.sample(state.equals(unit.state) ? 1L : 0L, "name", unit.name, "state", state, "type", type));
    }
    out.gauge("node_systemd_units", "Units in a state.");
    STATES.forEach(state -> out.sample(units.stream().filter(unit -> unit.state.equals(state)).count(), "state", state));
    out.counter("node_systemd_service_restart_total", "Restarts of a service by systemd itself.");
    units.stream().filter(Unit::isService).forEach(
        unit -> out.sample(services.getOrDefault(unit.name, Service.UNKNOWN).restarts, "name", unit.name));
    out.gauge("node_systemd_system_running", "Whether all of the system is up and nothing has failed.");
    out.sample(systemState.equals("running") ? 1L : 0L);
  }

  @Override
  public void close() {
    SystemBus open = bus;
    bus = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Whatever it was, the next page opens another connection.
      }
    }
  }
}
