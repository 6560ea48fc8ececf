import { Alert, Badge, Box, Card, Code, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { fetchJson, usePolling, type RunDetail, type StepView } from '../api';
import { ago, clock, duration } from '../format';
import { go, PageLink } from '../parts/link';
import { RunStrip } from '../parts/RunStrip';

const RUN_MILLIS = 15_000;

const COLOR: Record<string, string> = { passed: 'green', failed: 'red', inconclusive: 'gray', running: 'yellow', skipped: 'gray' };

const TRIGGER: Record<RunDetail['trigger'], string> = {
  schedule: '',
  confirmation: ', soon after a first failure',
  manual: ', asked for by hand',
  replay: ', a replay',
};

/** One Sonar run, step by step, with the evidence of its failure. */
export function Run({ id }: { id: string }) {
  const loaded = usePolling((signal) => fetchJson<RunDetail>(`/api/meshwatch/v1/sonar/runs/${encodeURIComponent(id)}`, signal), RUN_MILLIS);
  const run = loaded.data;
  if (!run || run.id !== id) {
    return loaded.error ? <Alert color="red">{loaded.error}</Alert> : <Loader />;
  }
  const target = run.target;
  const end = Math.max(1, run.durationMillis, ...run.steps.map((step) => step.offsetMillis + step.durationMillis));
  return (
    <Stack gap="md">
      <Box>
        <PageLink to="/">← Overview</PageLink>
        <Group gap="sm" mt={4}>
          <Badge color={COLOR[run.verdict] ?? 'gray'} autoContrast>
            {run.verdict}
          </Badge>
          <Title order={2} size="h3">
            {target?.platform ?? run.name}
          </Title>
          <Text c="dimmed">{target ? `${target.customer}.${target.project}` : 'no longer configured'}</Text>
        </Group>
        <Text size="sm" c="dimmed">
          {clock(run.atMillis)}, took {duration(run.durationMillis)}
          {TRIGGER[run.trigger]}
          {run.maintenance && `, in maintenance (${run.maintenance})`}
          {run.lastGoodMillis !== null && `, last good run ${ago(run.lastGoodMillis, Date.now())}`}
          {run.failingSinceMillis > 0 && `, fails since ${clock(run.failingSinceMillis)}`}
        </Text>
      </Box>
      {target && (
        <Card withBorder padding="md">
          <RunStrip runs={target.runs} slots={60} onOpen={(other) => go(`/sonar/runs/${encodeURIComponent(other.id)}`)} />
          <Text size="sm" c="dimmed" mt="xs" className="numbers">
            Passed: {part(target.uptime24h)} in 24 hours, {part(target.uptime7d)} in 7 days, {part(target.uptime30d)} in 30 days,{' '}
            {part(target.uptime90d)} in 90 days · <PageLink to="/sonar">budgets</PageLink>
          </Text>
        </Card>
      )}
      {run.verdict !== 'passed' && (
        <Alert color={run.verdict === 'failed' ? 'red' : 'gray'} title={`${run.step} · ${run.reason}`}>
          <Text className="breakable">{run.message}</Text>
          <Code mt="xs">{run.again}</Code>
        </Alert>
      )}
      {run.steps.map((step, index) => (
        <Step key={`${step.name}-${index}`} step={step} end={end} retried={run.steps.some((other) => other.attempt > 1)} />
      ))}
    </Stack>
  );
}

/** A part of the runs in percent, or a dash where there were none. */
function part(uptime: number | null) {
  return uptime === null ? '–' : `${(uptime * 100).toFixed(2)} %`;
}

/** A step with its bar at its place in the run: where the time went is seen from the whole. */
function Step({ step, end, retried }: { step: StepView; end: number; retried: boolean }) {
  const phases = Object.entries(step.phases).filter(([, millis]) => millis >= 0.5);
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" wrap="nowrap">
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          <Badge color={COLOR[step.verdict] ?? 'gray'} size="sm" autoContrast style={{ flex: 'none' }}>
            {step.verdict}
          </Badge>
          <Text fw={600}>
            {step.name}
            {retried && ` (${step.attempt})`}
          </Text>
          <Text size="sm" c="dimmed" truncate className="mono">
            {step.request}
          </Text>
        </Group>
        <Text size="sm" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {step.status > 0 && `${step.status} · `}
          {duration(step.durationMillis)}
        </Text>
      </Group>
      <Box mt={6} h={4} bg="var(--slot)" style={{ borderRadius: 2, overflow: 'hidden' }}>
        {step.verdict !== 'skipped' && (
          <Box
            h={4}
            ml={`${Math.min(99, (step.offsetMillis / end) * 100)}%`}
            w={`${Math.max(1, (step.durationMillis / end) * 100)}%`}
            bg={step.verdict === 'failed' ? 'var(--bad)' : 'var(--mantine-primary-color-filled)'}
          />
        )}
      </Box>
      {phases.length > 0 && (
        <Text size="xs" c="dimmed" mt={4} className="numbers">
          {phases.map(([name, millis]) => `${name} ${duration(millis)}`).join(' · ')}
        </Text>
      )}
      {step.verdict === 'passed' && step.message && (
        <Text size="xs" c="dimmed" className="breakable">
          {step.message}
        </Text>
      )}
      {(step.verdict === 'failed' || step.verdict === 'inconclusive') && <Evidence step={step} />}
    </Card>
  );
}

function Evidence({ step }: { step: StepView }) {
  return (
    <Stack gap={6} mt="sm">
      <Text size="sm" className="breakable" style={{ color: 'var(--bad)' }}>
        {step.message}
      </Text>
      {step.expected && <Fact name="Expected" value={step.expected} />}
      {step.got && <Fact name="Got" value={step.got} />}
      {step.errorCode && <Fact name="meshStack error" value={`${step.errorCode} ${step.errorId}`} />}
      {step.remarks.map((remark) => (
        <Fact key={remark} name="Remark" value={remark} />
      ))}
      {step.requestHeaders.length > 0 && <Code block>{[step.request, ...step.requestHeaders].join('\n')}</Code>}
      {step.headers.length > 0 && <Code block>{step.headers.join('\n')}</Code>}
      {step.body && <Code block>{step.body}</Code>}
    </Stack>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <Text size="sm" className="breakable">
      <b>{name}:</b> {value}
    </Text>
  );
}
