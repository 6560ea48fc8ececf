import { useCallback, useEffect, useRef, useState } from 'react';

export type Severity = 'critical' | 'warning' | 'info' | 'none';

export interface AlertView {
  name: string;
  severity: Severity;
  component: string;
  state: 'firing' | 'pending';
  summary: string;
  description: string;
  labels: Record<string, string>;
  activeAtMillis: number;
  value: string;
  muted: string;
}

export interface TargetProblem {
  job: string;
  instance: string;
  url: string;
  error: string;
  sinceMillis: number;
}

export type Verdict = 'passed' | 'failed' | 'inconclusive' | 'running';

export interface RunView {
  id: string;
  atMillis: number;
  durationMillis: number;
  verdict: Verdict;
  step: string;
  reason: string;
  message: string;
  trigger: 'schedule' | 'confirmation' | 'manual' | 'replay';
  maintenance: string;
  result: 'passed' | 'flaky' | 'failed' | 'restart' | 'inconclusive';
}

export interface SonarTarget {
  id: string;
  scope: string;
  customer: string;
  project: string;
  platform: string;
  url: string;
  intervalSeconds: number;
  verdict: Verdict | 'waiting';
  uptime24h: number | null;
  uptime7d: number | null;
  uptime30d: number | null;
  uptime90d: number | null;
  runs: RunView[];
}

export interface Burn {
  span: string;
  all: number;
  bad: number;
  rate: number;
  telling: boolean;
}

export interface BudgetPart {
  objective: number;
  all: number;
  bad: number;
  allowed: number;
  left: number;
  burns: Burn[];
}

export interface Budget {
  target: { scope: string; customer: string; project: string; platform: string };
  intervalMillis: number;
  availability: BudgetPart;
  replication: BudgetPart & { seconds: number };
  flaky: number;
  leftOut: { restarts: number; maintenance: number; errors: number };
}

export interface Overview {
  installation: string;
  version: string;
  nowMillis: number;
  startedAtMillis: number;
  state: 'ok' | 'warning' | 'critical' | 'starting';
  headline: string;
  notices: string[];
  alerts: AlertView[];
  targets: { total: number; up: number; unknown: number; problems: TargetProblem[] };
  sonar: SonarTarget[];
  mail: { configured: boolean; recipients: string[]; queued: number; oldestAgeSeconds: number; lastError: string };
  store: { series: number; diskAvailableBytes: number; diskTotalBytes: number };
}

export interface StepView {
  name: string;
  verdict: Verdict | 'skipped';
  attempt: number;
  offsetMillis: number;
  durationMillis: number;
  phases: Record<string, number>;
  request: string;
  status: number;
  expected: string;
  got: string;
  message: string;
  requestHeaders: string[];
  headers: string[];
  body: string;
  errorCode: string;
  errorId: string;
  remarks: string[];
}

export interface RunDetail extends Omit<RunView, 'result'> {
  name: string;
  target: SonarTarget | null;
  lastGoodMillis: number | null;
  failingSinceMillis: number;
  again: string;
  steps: StepView[];
}

export interface NotificationView {
  atMillis: number;
  receiver: string;
  to: string;
  subject: string;
  outcome: 'delivered' | 'queued' | 'failed' | 'refused';
  reply: string;
}

/** Who takes care of an alert. */
export interface AcknowledgementView {
  labels: Record<string, string>;
  author: string;
  comment: string;
  atMillis: number;
}

/** An alert as notification has it: whether it is told, and if not, why. */
export interface RoutedAlertView {
  labels: Record<string, string>;
  status: { silencedBy: string[]; inhibitedBy: string[]; mutedBy: string[] };
}

/** A condition on a label, as Alertmanager's API has it. */
export interface MatcherView {
  name: string;
  value: string;
  isRegex: boolean;
  isEqual: boolean;
}

export interface SilenceView {
  id: string;
  status: { state: 'active' | 'pending' | 'expired' };
  matchers: MatcherView[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
}

/** What a silence would keep back. */
export interface SilencePreview {
  matching: number;
  firing: number;
  /** Why it matches more than one usually wants; empty if it does not. */
  tooMuch: string;
  alerts: string[];
  matchers: MatcherView[];
}

/** A recurring time in which certain alerts are kept back. */
export interface MaintenanceView {
  name: string;
  now: boolean;
  matchers: string[];
  times: string[];
}

export interface TargetView {
  discoveredLabels: Record<string, string>;
  labels: Record<string, string>;
  scrapePool: string;
  scrapeUrl: string;
  lastError: string;
  /** What of the last page was not stored. */
  lastWarning?: string;
  lastScrape: string;
  lastScrapeDuration: number;
  health: 'up' | 'down' | 'unknown';
  scrapeInterval: string;
  scrapeTimeout: string;
}

export interface RuleView {
  name: string;
  query: string;
  type: 'alerting' | 'recording';
  health: string;
  lastError?: string;
  state?: 'inactive' | 'pending' | 'firing';
  duration?: number;
  evaluationTime: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface RuleGroupView {
  name: string;
  file: string;
  interval: number;
  evaluationTime: number;
  lastEvaluation: string;
  rules: RuleView[];
}

export interface Series {
  metric: Record<string, string>;
  values?: [number, string][];
  value?: [number, string];
}

export interface QueryAnswer {
  resultType: 'vector' | 'matrix' | 'scalar' | 'string';
  result: Series[] | [number, string];
  warnings: string[];
  infos: string[];
}

/** Fetches JSON; an error carries the server's own sentence. */
export async function fetchJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(url, { signal: signal ?? null, headers: { Accept: 'application/json' } });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    const message = (body as { error?: string } | null)?.error;
    throw new Error(message ?? `${response.status} ${response.statusText}`);
  }
  return body as T;
}

/** The server's own sentence: Prometheus' API wraps it, Alertmanager's does not. */
async function sentence(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { error?: string } | string | null;
  return (typeof body === 'string' ? body : body?.error) ?? `${response.status} ${response.statusText}`;
}

async function post(url: string, change: unknown, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(change),
    signal: signal ?? null,
  });
  if (!response.ok) {
    throw new Error(await sentence(response));
  }
  return response;
}

/** Sends JSON to change something; an error carries the server's own sentence. */
export async function postJson(url: string, change: unknown): Promise<void> {
  await post(url, change);
}

/** As {@link postJson}, for what answers with JSON. */
export async function postForJson<T>(url: string, question: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await post(url, question, signal)).json()) as T;
}

/** Takes something away; an error carries the server's own sentence. */
export async function deleteAt(url: string): Promise<void> {
  const response = await fetch(url, { method: 'DELETE' });
  if (!response.ok) {
    throw new Error(await sentence(response));
  }
}

/** Fetches the data of one of Prometheus' endpoints. */
export async function fetchData<T>(url: string, signal?: AbortSignal): Promise<T> {
  return (await fetchJson<{ data: T }>(url, signal)).data;
}

export async function query(expression: string, signal?: AbortSignal): Promise<QueryAnswer> {
  const answer = await fetchJson<{ data: QueryAnswer; warnings?: string[]; infos?: string[] }>(
    `/api/v1/query?${new URLSearchParams({ query: expression })}`,
    signal,
  );
  return { ...answer.data, warnings: answer.warnings ?? [], infos: answer.infos ?? [] };
}

export async function queryRange(
  expression: string,
  start: number,
  end: number,
  step: number,
  signal?: AbortSignal,
): Promise<QueryAnswer> {
  const parameters = new URLSearchParams({ query: expression, start: `${start}`, end: `${end}`, step: `${step}` });
  const answer = await fetchJson<{ data: QueryAnswer; warnings?: string[]; infos?: string[] }>(
    `/api/v1/query_range?${parameters}`,
    signal,
  );
  return { ...answer.data, warnings: answer.warnings ?? [], infos: answer.infos ?? [] };
}

export interface Polled<T> {
  data: T | null;
  error: string | null;
  reload: () => void;
}

/** Loads something now and again; the last good answer stays while the server cannot be reached. Pauses in a hidden tab. */
export function usePolling<T>(load: (signal: AbortSignal) => Promise<T>, everyMillis: number): Polled<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<string | null>(null);
  const latest = useRef(load);
  latest.current = load;
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    const run = async () => {
      if (!document.hidden) {
        try {
          const loaded = await latest.current(abort.signal);
          setData(loaded);
          setError(null);
        } catch (problem) {
          if (!abort.signal.aborted) {
            setError(problem instanceof Error ? problem.message : String(problem));
          }
        }
      }
      if (!abort.signal.aborted) {
        timer = window.setTimeout(run, everyMillis);
      }
    };
    void run();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [everyMillis, turn]);
  return { data, error, reload };
}
