package io.meshwatch.notify.mail;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Draws a small chart as a PNG: the curve, and the threshold as a dashed line. Colours come from a palette of four, so a picture has
 * one to two kilobytes; nothing of the desktop's graphics is loaded.
 *
 * @see <a href="https://www.w3.org/TR/png-3/">Portable Network Graphics</a>
 */
final class PngChart {
  static final int WIDTH = 560;
  static final int HEIGHT = 120;

  private static final int MARGIN = 6;
  // Indexes of the palette, whose first colour is the background.
  private static final int GRID = 1;
  private static final int LINE = 2;
  private static final int THRESHOLD = 3;
  private static final byte[] PALETTE = {
    (byte) 0xF6, (byte) 0xF8, (byte) 0xFA, (byte) 0xD0, (byte) 0xD7, (byte) 0xDE, (byte) 0x0A, (byte) 0x58, (byte) 0xCA, (byte) 0xCF, 0x22, 0x2E
  };
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  private final byte[][] pixels = new byte[HEIGHT][WIDTH];
  private double low = Double.POSITIVE_INFINITY;
  private double high = Double.NEGATIVE_INFINITY;

  private PngChart() {}

  /** The picture of a curve with at least one finite value. */
  static byte[] draw(Curve curve, OptionalDouble threshold) {
    PngChart chart = new PngChart();
    for (double value : curve.values()) {
      chart.mustShow(value);
    }
    threshold.ifPresent(chart::mustShow);
    chart.grid();
    threshold.ifPresent(value -> chart.dashes(chart.y(value)));
    chart.line(curve);
    return chart.png();
  }

  private void mustShow(double value) {
    if (Double.isFinite(value)) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }

  private int y(double value) {
    double share = high > low ? (value - low) / (high - low) : 0.5;
    return (int) Math.round((HEIGHT - 1 - MARGIN) - share * (HEIGHT - 1 - 2 * MARGIN));
  }

  private void grid() {
    for (int x = 0; x < WIDTH; x++) {
      pixels[0][x] = GRID;
      pixels[HEIGHT - 1][x] = GRID;
    }
    for (int quarter = 0; quarter <= 4; quarter++) {
      int x = quarter * (WIDTH - 1) / 4;
      for (int y = 0; y < HEIGHT; y++) {
        pixels[y][x] = GRID;
      }
    }
  }

  private void dashes(int y) {
    for (int x = 0; x < WIDTH; x++) {
      if (x % 8 < 5) {
        dot(x, y, THRESHOLD);
      }
    }
  }

  private void line(Curve curve) {
    long first = curve.timestampsMillis()[0];
    long span = Math.max(1, curve.timestampsMillis()[curve.timestampsMillis().length - 1] - first);
    int beforeX = -1;
    int beforeY = 0;
    for (int i = 0; i < curve.values().length; i++) {
      if (!Double.isFinite(curve.values()[i])) {
        beforeX = -1;
        continue;
      }
      int x = (int) ((curve.timestampsMillis()[i] - first) * (WIDTH - 1) / span);
      int y = y(curve.values()[i]);
      stroke(beforeX < 0 ? x : beforeX, beforeX < 0 ? y : beforeY, x, y);
      beforeX = x;
      beforeY = y;
    }
  }

  private void stroke(int fromX, int fromY, int toX, int toY) {
    int steps = Math.max(1, Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY)));
    for (int i = 0; i <= steps; i++) {
      int x = fromX + Math.round((toX - fromX) * (float) i / steps);
      int y = fromY + Math.round((toY - fromY) * (float) i / steps);
      dot(x, y, LINE);
      dot(x, y + 1, LINE);
    }
  }

  private void dot(int x, int y, int colour) {
    if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT) {
      pixels[y][x] = (byte) colour;
    }
  }

  private byte[] png() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(SIGNATURE);
    // Width, height, 2 bits for each pixel, palette, deflate, no filters of its own, not interlaced.
    chunk(out, "IHDR", ByteBuffer.allocate(13).putInt(WIDTH).putInt(HEIGHT).put((byte) 2).put((byte) 3).put((byte) 0).put((byte) 0).put((byte) 0).array());
    chunk(out, "PLTE", PALETTE);
    chunk(out, "IDAT", deflated(packed()));
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  /** Four pixels to a byte, each line after its filter type 0. */
  private byte[] packed() {
    int bytes = (WIDTH + 3) / 4;
    byte[] lines = new byte[HEIGHT * (bytes + 1)];
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        lines[y * (bytes + 1) + 1 + x / 4] |= (byte) (pixels[y][x] << (6 - 2 * (x % 4)));
      }
    }
    return lines;
  }

  private static byte[] deflated(byte[] bytes) {
    try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION)) {
      deflater.setInput(bytes);
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    }
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    out.writeBytes(name);
    out.writeBytes(data);
    out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
