package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The cache against the obvious: a map of what was on the last page. */
class ScrapeCacheTest {
  private final RecordingStore store = new RecordingStore();
  private final ScrapeCache cache = new ScrapeCache();
  private long now = 1000;

  /** Reads a page of bare series names as a scrape would; returns how many were new. */
  private int page(List<String> names, boolean good) {
    Appender appender = store.appender();
    cache.begin();
    int added = 0;
    for (String name : names) {
      byte[] bytes = ("xx" + name + " 1").getBytes(StandardCharsets.UTF_8);
      int to = 2 + name.length();
      int recognized = cache.recognize(bytes, 2, bytes.length);
      if (recognized > 0 && bytes[2 + recognized] != ' ') {
        recognized = 0;
      }
      assertThat(recognized).isIn(0, name.length());
      int number = cache.find(bytes, 2, to);
      if (number == ScrapeCache.NEW) {
        added++;
        number = cache.add(bytes, 2, to, appender.series(Labels.of("__name__", name)));
      }
      if (cache.see(number)) {
        cache.track(number);
        appender.append(java.util.Objects.requireNonNull(cache.series(number)), now, 1);
      }
    }
    if (good) {
      cache.succeed(appender, now);
    } else {
      appender.rollback();
      appender = store.appender();
      cache.fail(appender, now);
    }
    appender.commit();
    now += 1000;
    return added;
  }

  @Test
  void knowsASeriesWhereverItStands() {
    assertThat(page(List.of("a", "b", "c"), true)).isEqualTo(3);
    assertThat(page(List.of("c", "a", "b"), true)).isZero();
    assertThat(page(List.of("a", "x", "b", "c", "a"), true)).isEqualTo(1);
    assertThat(cache.size()).isEqualTo(4);
  }

  @Test
  void forgetsWhatIsGone() {
    page(List.of("a", "b", "c"), true);
    page(List.of("b"), true);
    assertThat(cache.size()).isEqualTo(1);
    assertThat(page(List.of("a", "b"), true)).isEqualTo(1);
  }

  @Test
  void aNameThatBeginsLikeThePredictedOneIsAnother() {
    page(List.of("a", "ab"), true);
    assertThat(page(List.of("ab", "a"), true)).isZero();
    assertThat(page(List.of("abc", "a"), true)).isEqualTo(1);
  }

  @Test
  void doesNotKeepTheSeriesOfFailedPagesForEver() {
    page(List.of("a"), true);
    for (int i = 0; i < 3; i++) {
      List<String> fresh = new ArrayList<>(List.of("a"));
      for (int j = 0; j < ScrapeCache.FAILED_SERIES_MAX; j++) {
        fresh.add("m" + i + "_" + j);
      }
      page(fresh, false);
      assertThat(cache.size()).isLessThanOrEqualTo(ScrapeCache.FAILED_SERIES_MAX + 2);
    }
    assertThat(page(List.of("a"), true)).isLessThanOrEqualTo(1);
  }

  @Test
  void marksTheEndOfEverySeriesExactlyOnce() {
    long seed = Long.getLong("seed", 99L);
    Random random = new Random(seed);
    Set<String> alive = new HashSet<>();
    Map<String, List<String>> expected = new HashMap<>();
    List<String> order = new ArrayList<>();
    for (int round = 0; round < 2000; round++) {
      mutate(order, random, round);
      boolean good = random.nextInt(10) > 0;
      page(order, good);
      Set<String> present = good ? new HashSet<>(order) : Set.of();
      alive.stream().filter(name -> !present.contains(name)).forEach(name -> expected.computeIfAbsent(name, n -> new ArrayList<>()).add("stale"));
      present.forEach(name -> expected.computeIfAbsent(name, n -> new ArrayList<>()).add("1.0"));
      alive = present;
    }
    expected.forEach((name, values) -> assertThat(store.values("__name__", name)).as("seed %d, %s", seed, name).isEqualTo(values));
  }

  private static void mutate(List<String> order, Random random, int round) {
    for (int i = random.nextInt(4); i > 0; i--) {
      if (order.isEmpty() || random.nextBoolean()) {
        order.add(random.nextInt(order.size() + 1), "m" + (random.nextBoolean() ? round : random.nextInt(30)));
      } else {
        order.remove(random.nextInt(order.size()));
      }
    }
  }
}
