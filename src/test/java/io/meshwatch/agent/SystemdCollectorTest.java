package io.meshwatch.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.SimulatedEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemdCollectorTest {
  @TempDir Path root;
  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  private FakeBus bus;
  private SystemdCollector collector;

  @BeforeEach
  void start() throws IOException {
    bus = new FakeBus(Files.createDirectories(root.resolve("run/dbus")).resolve("system_bus_socket"));
    collector = new SystemdCollector(root, world.environment().clock());
    bus.units.add(new FakeBus.Unit("nginx.service", "loaded", "active", "forking", 2));
    bus.units.add(new FakeBus.Unit("backup.service", "loaded", "failed", "oneshot", 0));
    bus.units.add(new FakeBus.Unit("missing.service", "not-found", "inactive", "", 0));
    bus.units.add(new FakeBus.Unit("old.service", "loaded", "inactive", "", -1));
    bus.units.add(new FakeBus.Unit("dev-sda.device", "loaded", "active", "", 0));
    bus.units.add(new FakeBus.Unit("cron.timer", "loaded", "active", "", 0));
  }

  @AfterEach
  void stop() {
    collector.close();
    bus.close();
  }

  private String page() throws IOException {
    MetricBytes out = new MetricBytes();
    collector.collect(new KernelFiles(root), out);
    return new String(out.copy(), StandardCharsets.UTF_8);
  }

  @Test
  void writesStatesAndRestartsAsNodeExporterDoes() throws IOException {
    assertThat(page().lines().filter(line -> !line.startsWith("#"))).contains(
        "node_systemd_unit_state{name=\"nginx.service\",state=\"active\",type=\"forking\"} 1",
        "node_systemd_unit_state{name=\"nginx.service\",state=\"failed\",type=\"forking\"} 0",
        "node_systemd_unit_state{name=\"backup.service\",state=\"failed\",type=\"oneshot\"} 1",
        "node_systemd_unit_state{name=\"cron.timer\",state=\"active\",type=\"\"} 1",
        "node_systemd_unit_state{name=\"old.service\",state=\"inactive\",type=\"\"} 1",
        "node_systemd_units{state=\"active\"} 2",
        "node_systemd_service_restart_total{name=\"nginx.service\"} 2",
        "node_systemd_service_restart_total{name=\"old.service\"} 0",
        "node_systemd_system_running 1").noneMatch(line -> line.contains("missing.service") || line.contains("dev-sda"));
  }

  @Test
  void asksEachServiceOnceAMinute() throws IOException {
    page();
    int asked = bus.propertyCalls.get();
    assertThat(asked).isEqualTo(6);
    bus.units.set(0, new FakeBus.Unit("nginx.service", "loaded", "failed", "forking", 3));
    assertThat(page()).contains("name=\"nginx.service\",state=\"failed\",type=\"forking\"} 1", "restart_total{name=\"nginx.service\"} 2");
    assertThat(bus.propertyCalls.get()).isEqualTo(asked);
    world.time().advance(60_000);
    assertThat(page()).contains("restart_total{name=\"nginx.service\"} 3");
  }

  @Test
  void connectsAgainAfterTheBusHungUp() throws IOException {
    page();
    bus.drop();
    assertThatThrownBy(this::page).isInstanceOf(IOException.class);
    assertThat(page()).contains("node_systemd_system_running 1");
  }

  @Test
  void asksAboutManyServicesInParts() throws IOException {
    for (int i = 0; i < 180; i++) {
      bus.units.add(new FakeBus.Unit("s" + i + ".service", "loaded", "active", "simple", i));
    }
    assertThat(page()).contains("restart_total{name=\"s179.service\"} 179");
  }

  @Test
  void isMissingOnAMachineWithoutSystemd() {
    assertThatThrownBy(() -> new SystemdCollector(root.resolve("nowhere"), world.environment().clock())
        .collect(new KernelFiles(root), new MetricBytes())).isInstanceOf(NoSuchFileException.class);
  }

  /** The real bus of Debian, without a systemd on it. */
  @Test
  @Tag("peers")
  void speaksWithARealBus() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/dbus-daemon")), "dbus-daemon is not installed");
    Path socket = root.resolve("bus");
    Path config = root.resolve("bus.conf");
    Files.writeString(config, """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig><type>system</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
        <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy></busconfig>
        """.formatted(socket));
    Process daemon = new ProcessBuilder("dbus-daemon", "--config-file=" + config, "--nofork").redirectErrorStream(true)
        .redirectOutput(root.resolve("bus.log").toFile()).start();
    try {
      for (int attempt = 0; !Files.exists(socket); attempt++) {
        assertThat(attempt).as(Files.readString(root.resolve("bus.log"))).isLessThan(200);
        Thread.sleep(20);
      }
      try (SystemBus real = SystemBus.connect(socket)) {
        assertThat(real.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId").text()).matches("[0-9a-f]{32}");
        BusMessage.Reader owner = real.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner", "org.freedesktop.DBus");
        assertThat(owner.text()).isEqualTo("org.freedesktop.DBus");
        assertThatThrownBy(() -> real.call("org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "ListUnits"))
            .hasMessageContaining("ServiceUnknown");
      }
    } finally {
      daemon.destroy();
      daemon.waitFor();
    }
  }
}
