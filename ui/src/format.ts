/** "12 s", "3 min", "2 h 5 min", "4 d": two parts at most. */
export function duration(millis: number): string {
  if (millis < 1000) {
    return `${Math.max(0, Math.round(millis))} ms`;
  }
  if (millis < 10_000) {
    return `${(millis / 1000).toFixed(1)} s`;
  }
  const seconds = Math.round(millis / 1000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  }
  const days = Math.floor(hours / 24);
  return hours % 24 ? `${days} d ${hours % 24} h` : `${days} d`;
}

export function ago(atMillis: number, nowMillis: number): string {
  const age = nowMillis - atMillis;
  return age < 2000 ? 'just now' : `${duration(age)} ago`;
}

export function clock(atMillis: number): string {
  return new Date(atMillis).toLocaleString(undefined, {
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

export function percent(ratio: number): string {
  const value = ratio * 100;
  return value === 100 || value === 0 ? `${value} %` : `${value.toFixed(value > 99 || value < 10 ? 2 : 1)} %`;
}

const UNITS = ['', 'k', 'M', 'G', 'T', 'P'];

/** 1234567 → "1.23M". */
export function short(value: number): string {
  if (!Number.isFinite(value)) {
    return String(value);
  }
  let rest = Math.abs(value);
  if (rest !== 0 && rest < 0.001) {
    return value.toExponential(2);
  }
  let unit = 0;
  while (rest >= 1000 && unit < UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = rest >= 100 || Number.isInteger(rest) ? 0 : rest >= 10 ? 1 : rest >= 1 ? 2 : 3;
  return `${value < 0 ? '-' : ''}${rest.toFixed(digits)}${UNITS[unit]}`;
}

/** 1610612736 → "1.5 GiB". */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1024 && unit < units.length - 1) {
    rest /= 1024;
    unit++;
  }
  return `${rest.toFixed(rest >= 100 || unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** A series as PromQL writes it. */
export function seriesName(metric: Record<string, string>): string {
  const { __name__: name = '', ...labels } = metric;
  const inner = Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(', ');
  return inner ? `${name}{${inner}}` : name || '{}';
}
