import { useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';

export interface Line {
  name: string;
  color?: string;
  values: (number | null)[];
}

interface Props {
  /** Seconds since the epoch, ascending. */
  times: number[];
  lines: Line[];
  height: number;
  format: (value: number) => string;
  /** Largest value of the axis; grows with the data if left out. */
  max?: number;
  legend?: boolean;
  /** Fills the area below the lines. */
  filled?: boolean;
}

export const COLORS = [
  '#1c7ed6', '#e8590c', '#2f9e44', '#9c36b5', '#e03131', '#0c8599', '#f08c00', '#6741d9', '#66a80f', '#c2255c', '#495057', '#1098ad',
];

/** A time chart that follows its container's width and the colour scheme. */
export function Chart({ times, lines, height, format, max, legend = false, filled = false }: Props) {
  useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const { ref, width } = useElementSize<HTMLDivElement>();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = lines.map((line) => `${line.name}|${line.color ?? ''}`).join('\n');

  const options = useMemo<Omit<uPlot.Options, 'width'>>(() => {
    const text = dark ? '#a6a7ab' : '#495057';
    const grid = dark ? '#2c2e33' : '#e9ecef';
    const axis: uPlot.Axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: '11px system-ui' };
    return {
      height,
      legend: { show: legend, live: true },
      cursor: { points: { size: 6 }, drag: { x: false, y: false } },
      scales: { x: { range: (_, low, high) => timeRange(low, high) }, y: { range: (_, low, high) => range(low, high, max) } },
      axes: [
        { ...axis, space: 70, values: (_, splits) => splits.map((time) => timeOfDay(time, splits)) },
        { ...axis, size: 52, values: (_, splits) => splits.map(format) },
      ],
      series: [
        {},
        ...lines.map((line, index) => {
          const color = line.color ?? COLORS[index % COLORS.length] ?? '#1c7ed6';
          return {
            label: line.name,
            stroke: color,
            width: 1.5,
            ...(filled ? { fill: `${color}22` } : {}),
            points: { show: times.length < 3 },
            value: (_: uPlot, value: number | null) => (value === null ? '–' : format(value)),
          } satisfies uPlot.Series;
        }),
      ],
    };
    // Lines are compared by name: new values go in by setData without building the chart again.
  }, [names, dark, height, max, legend, filled]);

  useEffect(() => {
    const container = box.current;
    if (!container || width === 0) {
      return undefined;
    }
    const made = new uPlot({ ...options, width }, [times, ...lines.map((line) => line.values)], container);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [options, width === 0]);

  useEffect(() => plot.current?.setData([times, ...lines.map((line) => line.values)]), [times, lines]);

  useEffect(() => {
    if (width > 0) {
      plot.current?.setSize({ width, height });
    }
  }, [width, height]);

  return (
    <div ref={ref} style={{ minHeight: height, width: '100%', minWidth: 0, overflow: 'hidden' }}>
      <div ref={box} />
    </div>
  );
}

/** Hours and minutes; seconds where the marks are closer, the day where they are further apart. */
function timeOfDay(seconds: number, splits: number[]): string {
  const distance = (splits[1] ?? 0) - (splits[0] ?? 0);
  const options: Intl.DateTimeFormatOptions =
    distance >= 86_400
      ? { month: 'short', day: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', hour12: false, ...(distance < 60 ? { second: '2-digit' } : {}) };
  return new Date(seconds * 1000).toLocaleString(undefined, options);
}

/** A single moment stands in the middle of two minutes. */
function timeRange(low: number, high: number): [number, number] {
  return low === high ? [low - 60, high + 60] : [low, high];
}

function range(low: number, high: number, max: number | undefined): [number, number] {
  if (max !== undefined) {
    return [0, max];
  }
  if (low === null || high === null || !Number.isFinite(low)) {
    return [0, 1];
  }
  if (low === high) {
    return low === 0 ? [0, 1] : [Math.min(0, low), Math.max(0, low * 1.2)];
  }
  const floor = low >= 0 ? 0 : low - (high - low) * 0.05;
  return [floor, high + (high - low) * 0.08];
}
