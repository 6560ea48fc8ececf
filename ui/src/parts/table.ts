import type { Line } from './Chart';

/** Puts series on one grid of times; what is missing is null. */
export function table(series: { metric: Record<string, string>; values?: [number, string][] }[] | undefined): { times: number[]; lines: Line[] } {
  const times = [...new Set((series ?? []).flatMap((each) => (each.values ?? []).map(([time]) => time)))].sort((a, b) => a - b);
  const position = new Map(times.map((time, index) => [time, index]));
  const lines = (series ?? []).map((each) => {
    const values: (number | null)[] = new Array<number | null>(times.length).fill(null);
    for (const [time, value] of each.values ?? []) {
      values[position.get(time) ?? 0] = Number(value.replace('Inf', 'Infinity'));
    }
    return { name: each.metric.instance ?? each.metric.__name__ ?? 'value', values };
  });
  return { times, lines };
}
