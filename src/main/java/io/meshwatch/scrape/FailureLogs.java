package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.LineFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Files that get a line of JSON for each failed scrape, with the fields that Prometheus writes. Jobs may share a file. Safe for all
 * threads; a file that cannot be written is told once.
 */
final class FailureLogs {
  private static final Logger LOG = LoggerFactory.getLogger(FailureLogs.class);
  private static final long FILE_BYTES_MAX = 10L << 20;

  private final Disk disk;
  private final Map<Path, LineFile> files = new ConcurrentHashMap<>();
  private volatile boolean failed;

  FailureLogs(Disk disk) {
    this.disk = disk;
  }

  /** Writes a line if the job wants it. */
  void write(ScrapeJob job, Target target, String reason, long atMillis) {
    if (job.failureLog().isEmpty()) {
      return;
    }
    String line = JsonMapper.shared().createObjectNode()
        .put("time", Instant.ofEpochMilli(atMillis).toString())
        .put("level", "ERROR")
        .put("msg", reason)
        .put("job_name", job.name())
        .put("target", target.uri().toString())
        .toString();
    LineFile file = files.computeIfAbsent(Path.of(job.failureLog().get()), path -> new LineFile(disk, path, FILE_BYTES_MAX));
    synchronized (file) {
      append(file, line + "\n");
    }
  }

  private void append(LineFile file, String line) {
    try {
      file.append(line);
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        LOG.warn("failed scrapes cannot be written to {}: {}", file.path(), e.getMessage());
      }
      failed = true;
    }
  }
}
