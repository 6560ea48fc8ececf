import { Badge, Box, Card, Center, Grid, Group, Loader, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { queryRange, usePolling, type AlertView, type Overview as Data, type SonarTarget, type TargetProblem } from '../api';
import { ago, bytes, duration, percent } from '../format';
import { Chart } from '../parts/Chart';
import { go, PageLink } from '../parts/link';
import { RunStrip } from '../parts/RunStrip';
import { table } from '../parts/table';
import { VerdictSign } from '../parts/VerdictSign';

const MACHINE_MILLIS = 15_000;
const MACHINE_SECONDS = 3600;
const MACHINE_STEP_SECONDS = 20;

export function Overview({ overview }: { overview: Data | null }) {
  if (!overview) {
    return (
      <Center h={240}>
        <Loader />
      </Center>
    );
  }
  const firing = overview.alerts.filter((alert) => alert.state === 'firing' && !alert.muted);
  const muted = overview.alerts.filter((alert) => alert.state === 'firing' && alert.muted);
  const pending = overview.alerts.filter((alert) => alert.state === 'pending');
  return (
    <Stack gap="md">
      <Banner overview={overview} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Sonar targets={overview.sonar} now={overview.nowMillis} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="md">
            <Firing firing={firing} muted={muted} pending={pending} now={overview.nowMillis} />
            <Problems problems={overview.targets.problems} total={overview.targets.total} up={overview.targets.up} now={overview.nowMillis} />
          </Stack>
        </Grid.Col>
      </Grid>
      <Machine />
      <Text size="xs" c="dimmed" className="numbers">
        meshwatch {overview.version} · up {duration(overview.nowMillis - overview.startedAtMillis)} ·{' '}
        {overview.store.series.toLocaleString()} series · {bytes(overview.store.diskAvailableBytes)} free of{' '}
        {bytes(overview.store.diskTotalBytes)} · mails to {overview.mail.recipients.join(', ') || 'nobody'}
      </Text>
    </Stack>
  );
}

function Banner({ overview }: { overview: Data }) {
  const color = { ok: 'var(--fine)', warning: 'var(--warn)', critical: 'var(--bad)', starting: 'var(--unknown)' }[overview.state];
  return (
    <Card withBorder padding="md" style={{ borderLeft: `6px solid ${color}` }}>
      <Group justify="space-between" align="center" gap="md">
        <Box style={{ minWidth: 0 }}>
          <Title order={2} size="h3" style={{ color }}>
            {overview.headline}
          </Title>
          {overview.notices.map((notice) => (
            <Text key={notice} size="sm" c="dimmed" className="breakable">
              {notice}
            </Text>
          ))}
        </Box>
        <Group gap="lg" className="numbers">
          <Figure label="targets up" value={`${overview.targets.up}/${overview.targets.total}`} />
          <Figure
            label="smoke tests passing"
            value={`${overview.sonar.filter((target) => target.verdict === 'passed').length}/${overview.sonar.length}`}
          />
          <Figure label="mails waiting" value={`${overview.mail.queued}`} />
        </Group>
      </Group>
    </Card>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <Box>
      <Text fw={700} size="lg" lh={1.1}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </Box>
  );
}

function Sonar({ targets, now }: { targets: SonarTarget[]; now: number }) {
  const { ref, width } = useElementSize();
  const slots = Math.max(15, Math.min(60, Math.floor(width / 9)));
  return (
    <Card withBorder padding="md" ref={ref}>
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Sonar
        </Title>
        <Group gap="sm">
          <Text size="xs" c="dimmed" visibleFrom="xs">
            oldest left, newest right
          </Text>
          <PageLink to="/sonar">
            <Text span size="xs">
              budgets
            </Text>
          </PageLink>
        </Group>
      </Group>
      {targets.length === 0 && <Text c="dimmed">No smoke tests are configured.</Text>}
      <Stack gap="sm">
        {targets.map((target) => (
          <Target key={target.id} target={target} slots={slots} now={now} />
        ))}
      </Stack>
    </Card>
  );
}

function Target({ target, slots, now }: { target: SonarTarget; slots: number; now: number }) {
  const last = target.runs[0];
  const failed = target.verdict === 'failed' || target.verdict === 'inconclusive';
  return (
    <Box>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={8} wrap="nowrap" style={{ minWidth: 0 }}>
          <VerdictSign verdict={target.verdict} />
          <Text fw={600} truncate>
            {target.platform}
          </Text>
          <Text size="sm" c="dimmed" truncate visibleFrom="xs">
            {target.customer}.{target.project}
          </Text>
        </Group>
        <Text size="xs" c="dimmed" className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {last ? `${ago(last.atMillis, now)}, ${duration(last.durationMillis)}` : 'waiting for the first run'}
          {target.uptime24h !== null && ` · ${percent(target.uptime24h)} in 24 h`}
        </Text>
      </Group>
      <RunStrip runs={target.runs} slots={slots} onOpen={(run) => go(`/sonar/runs/${encodeURIComponent(run.id)}`)} />
      {failed && last && (
        <Text size="sm" mt={4} className="breakable" style={{ color: target.verdict === 'failed' ? 'var(--bad)' : 'var(--unknown)' }}>
          <b>{last.step}</b> ({last.reason}): {last.message}{' '}
          <PageLink to={`/sonar/runs/${encodeURIComponent(last.id)}`}>evidence</PageLink>
        </Text>
      )}
    </Box>
  );
}

function Firing({ firing, muted, pending, now }: { firing: AlertView[]; muted: AlertView[]; pending: AlertView[]; now: number }) {
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Alerts
        </Title>
        <Text size="xs" c="dimmed">
          {firing.length} firing · {pending.length} pending
        </Text>
      </Group>
      {firing.length === 0 && <Text c="dimmed">Nothing is firing.</Text>}
      <Stack gap="sm">
        {firing.map((alert) => (
          <Box key={alert.name + JSON.stringify(alert.labels)}>
            <Group gap={8} wrap="nowrap" align="flex-start">
              <SeverityBadge severity={alert.severity} />
              <Box style={{ minWidth: 0 }}>
                <Text fw={600} size="sm" className="breakable">
                  {alert.summary || alert.name}
                </Text>
                <Text size="xs" c="dimmed" className="breakable">
                  since {duration(now - alert.activeAtMillis)} · {alert.name}
                </Text>
              </Box>
            </Group>
          </Box>
        ))}
        {muted.length > 0 && (
          <Text size="xs" c="dimmed">
            Not mailed: {[...new Set(muted.map((alert) => `${alert.name} (${alert.muted})`))].join(', ')}
          </Text>
        )}
        {pending.length > 0 && (
          <Text size="xs" c="dimmed">
            Pending: {[...new Set(pending.map((alert) => alert.name))].join(', ')}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

export function SeverityBadge({ severity }: { severity: string }) {
  const color = { critical: 'red', warning: 'orange', info: 'blue' }[severity] ?? 'gray';
  return (
    <Badge color={color} variant="filled" size="sm" style={{ flex: 'none' }} autoContrast>
      {severity || 'none'}
    </Badge>
  );
}

function Problems({ problems, total, up, now }: { problems: TargetProblem[]; total: number; up: number; now: number }) {
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Targets
        </Title>
        <PageLink to="/targets">
          <Text span size="xs">
            {up} of {total} up
          </Text>
        </PageLink>
      </Group>
      {problems.length === 0 && <Text c="dimmed">Every target answers.</Text>}
      <Stack gap="sm">
        {problems.map((problem) => (
          <Box key={problem.url + problem.job}>
            <Text fw={600} size="sm" className="breakable">
              {problem.job} · {problem.instance}
            </Text>
            <Text size="sm" className="breakable" style={{ color: 'var(--bad)' }}>
              {problem.error}
            </Text>
            {problem.sinceMillis > 0 && (
              <Text size="xs" c="dimmed">
                since {duration(now - problem.sinceMillis)}
              </Text>
            )}
          </Box>
        ))}
      </Stack>
    </Card>
  );
}

const CHARTS = [
  {
    title: 'CPU',
    query: '1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[2m]))',
    format: percent,
    max: 1,
  },
  {
    title: 'Memory in use',
    query: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
    format: percent,
    max: 1,
  },
  {
    title: 'Disk in use, fullest file system',
    query: 'max by (instance) (1 - node_filesystem_avail_bytes{fstype!~"tmpfs|ramfs|devtmpfs|squashfs|iso9660|overlay"} / (node_filesystem_size_bytes{fstype!~"tmpfs|ramfs|devtmpfs|squashfs|iso9660|overlay"} > 0))',
    format: percent,
    max: 1,
  },
] as const;

function Machine() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
      {CHARTS.map((chart) => (
        <MachineChart key={chart.title} {...chart} />
      ))}
    </SimpleGrid>
  );
}

function MachineChart({ title, query, format, max }: { title: string; query: string; format: (value: number) => string; max: number }) {
  const loaded = usePolling((signal) => {
    const end = Math.floor(Date.now() / 1000);
    return queryRange(query, end - MACHINE_SECONDS, end, MACHINE_STEP_SECONDS, signal);
  }, MACHINE_MILLIS);
  const { times, lines } = table(loaded.data?.result as { metric: Record<string, string>; values?: [number, string][] }[] | undefined);
  const newest = lines[0]?.values.at(-1);
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" mb={4} wrap="nowrap">
        <Text size="sm" fw={600} truncate>
          {title}
        </Text>
        <Text size="sm" fw={600} className="numbers" style={{ whiteSpace: 'nowrap' }}>
          {newest == null ? '' : format(newest)}
        </Text>
      </Group>
      <Chart times={times} lines={lines} height={110} format={(value) => `${Math.round(value * 100)} %`} max={max} filled />
      {loaded.error && (
        <Text size="xs" c="dimmed">
          {loaded.error}
        </Text>
      )}
    </Card>
  );
}
