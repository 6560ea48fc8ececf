package io.meshwatch.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Software RAID arrays and their disks, from {@code /proc/mdstat}. */
final class RaidCollector {
  private static final Pattern ARRAY = Pattern.compile("^(md\\S*) : (active|inactive)\\b(.*)$");
  private static final Pattern DISKS = Pattern.compile("(\\d+) blocks\\b.*?(?:\\[(\\d+)/(\\d+)])?(?: \\[[U_]+])?$");

  /** An array as it is read, line by line. Confined to one thread. */
  private static final class Raid {
    private final String name;
    private final boolean active;
    private final long failed;
    private final long spare;
    private final long listed;
    private long blocks;
    private long required = -1;
    private long working = -1;
    private String activity = "";

    Raid(String name, boolean active, String disks) {
      this.name = name;
      this.active = active;
      this.failed = count(disks, "(F)");
      this.spare = count(disks, "(S)");
      this.listed = count(disks, "[");
    }

    /** Arrays without redundancy tell no number of disks: all that are listed are needed. */
    long required() {
      return required >= 0 ? required : listed;
    }

    long working() {
      return working >= 0 ? working : active ? listed - failed - spare : 0;
    }

    String state() {
      return !active ? "inactive" : activity.isEmpty() ? "active" : activity;
    }
  }

  private RaidCollector() {}

  static void collect(KernelFiles files, MetricBytes out) throws IOException {
    List<Raid> raids = read(files.read("proc/mdstat"));
    if (raids.isEmpty()) {
      return;
    }
    out.gauge("node_md_blocks", "Blocks of the array.");
    raids.forEach(raid -> out.sample(raid.blocks, "device", raid.name));
    out.gauge("node_md_disks", "Disks of the array by state.");
    for (Raid raid : raids) {
      out.sample(raid.working(), "device", raid.name, "state", "active");
      out.sample(raid.failed, "device", raid.name, "state", "failed");
      out.sample(raid.spare, "device", raid.name, "state", "spare");
    }
    out.gauge("node_md_disks_required", "Disks the array needs.");
    raids.forEach(raid -> out.sample(raid.required(), "device", raid.name));
    out.gauge("node_md_state", "1 for the state the array is in.");
    for (Raid raid : raids) {
      for (String state : new String[] {"active", "check", "inactive", "recovering", "resync"}) {
        out.sample(state.equals(raid.state()) ? 1L : 0L, "device", raid.name, "state", state);
      }
    }
  }

  private static List<Raid> read(Cursor lines) {
    List<Raid> raids = new ArrayList<>();
    for (; !lines.atEnd(); lines.nextLine()) {
      String line = lines.until('\r');
      Matcher array = ARRAY.matcher(line);
      if (array.matches()) {
        raids.add(new Raid(array.group(1), array.group(2).equals("active"), array.group(3)));
      } else if (!raids.isEmpty()) {
        addDetail(raids.getLast(), line.strip());
      }
    }
    return raids;
  }

  private static void addDetail(Raid raid, String line) {
    Matcher disks = DISKS.matcher(line);
    if (disks.find()) {
      raid.blocks = Long.parseLong(disks.group(1));
      if (disks.group(2) != null) {
        raid.required = Long.parseLong(disks.group(2));
        raid.working = Long.parseLong(disks.group(3));
      }
    } else if (line.contains("recovery")) {
      raid.activity = "recovering";
    } else if (line.contains("resync")) {
      raid.activity = "resync";
    } else if (line.contains("check")) {
      raid.activity = "check";
    }
  }

  private static long count(String text, String part) {
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }
}
