package io.meshwatch.agent;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;

/**
 * The two questions for which the kernel has no file: how full a file system is, with its inodes (statvfs(3)), and how well the clock
 * is kept (adjtimex(2)). Layouts are those of 64-bit Linux, where C's long has 8 bytes. Guarded by {@link NodeMetrics}.
 */
final class NativeCalls {
  private static final long STATVFS_BYTES = 128;
  private static final long TIMEX_BYTES = 256;

  private final MemorySegment memory = Arena.ofAuto().allocate(TIMEX_BYTES, Long.BYTES);
  private final MethodHandle statvfs;
  private final MethodHandle adjtimex;

  @SuppressWarnings("restricted") // Both calls' layouts are written down beside them; the jar's manifest permits native access.
  NativeCalls() throws IOException {
    Linker linker = Linker.nativeLinker();
    SymbolLookup library = linker.defaultLookup();
    try {
      statvfs = linker.downcallHandle(library.findOrThrow("statvfs"), FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));
      adjtimex = linker.downcallHandle(library.findOrThrow("adjtimex"), FunctionDescriptor.of(JAVA_INT, ADDRESS));
    } catch (NoSuchElementException | UnsupportedOperationException e) {
      throw new IOException("this system has no statvfs or adjtimex: " + e.getMessage(), e);
    }
  }

  /** How full a file system is: {@code struct statvfs}. */
  record Space(long blockBytes, long blocks, long blocksFree, long blocksAvailable, long files, long filesFree) {}

  /** How well the clock is kept: {@code struct timex}, and the call's result. */
  record ClockState(
      int state, long offset, long frequency, long maxErrorMicros, long estimatedErrorMicros, int status, long tick, int taiOffset) {}

  Space space(String mountPoint) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = memory.asSlice(0, STATVFS_BYTES);
      if ((int) statvfs.invokeExact(arena.allocateFrom(mountPoint), result) != 0) {
        throw new IOException("statvfs failed for " + mountPoint);
      }
      // f_bsize 0, f_frsize 8, f_blocks 16, f_bfree 24, f_bavail 32, f_files 40, f_ffree 48.
      return new Space(at(8), at(16), at(24), at(32), at(40), at(48));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("statvfs cannot be called", e);
    }
  }

  ClockState clock() throws IOException {
    memory.fill((byte) 0);
    try {
      int state = (int) adjtimex.invokeExact(memory);
      if (state < 0) {
        throw new IOException("adjtimex failed");
      }
      // modes 0, offset 8, freq 16, maxerror 24, esterror 32, status 40, constant 48, precision 56, tolerance 64, time 72 and 80,
      // tick 88, seven of PPS, tai 160.
      return new ClockState(
          state, at(8), at(16), at(24), at(32), memory.get(JAVA_INT, 40), at(88), memory.get(JAVA_INT, 160));
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("adjtimex cannot be called", e);
    }
  }

  private long at(long offset) {
    return memory.get(JAVA_LONG, offset);
  }
}
