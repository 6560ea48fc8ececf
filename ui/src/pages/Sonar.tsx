import { Alert, Box, Card, Group, Loader, Progress, Stack, Table, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { useState } from 'react';
import { fetchJson, usePolling, type Budget, type BudgetPart, type Burn, type SonarTarget } from '../api';
import { duration, percent } from '../format';
import { go } from '../parts/link';
import { RunStrip } from '../parts/RunStrip';
import { VerdictSign } from '../parts/VerdictSign';

const SONAR_MILLIS = 15_000;
const SLOTS = 30;
const SHOWN_MAX = 200;

interface Row {
  target: SonarTarget;
  budget: Budget | undefined;
}

/** Each target over weeks: how often its users got through, and how much may still fail. */
export function Sonar() {
  const targets = usePolling((signal) => fetchJson<SonarTarget[]>('/api/meshwatch/v1/sonar', signal), SONAR_MILLIS);
  const budgets = usePolling((signal) => fetchJson<Budget[]>('/api/meshwatch/v1/sonar/budgets', signal), SONAR_MILLIS);
  const [search, setSearch] = useState('');
  if (!targets.data || !budgets.data) {
    const error = targets.error ?? budgets.error;
    return error ? <Alert color="red">{error}</Alert> : <Loader />;
  }
  const rows = rowsOf(targets.data, budgets.data).filter(({ target }) => target.id.toLowerCase().includes(search.toLowerCase()));
  const objectives = budgets.data[0];
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={2} size="h3">
          Sonar
        </Title>
        <TextInput placeholder="Find target" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
      </Group>
      {rows.length === 0 && <Text c="dimmed">{targets.data.length === 0 ? 'No smoke tests are configured.' : 'No target matches.'}</Text>}
      {rows.length > 0 && <WideTargets rows={rows.slice(0, SHOWN_MAX)} />}
      {rows.slice(0, SHOWN_MAX).map((row) => (
        <NarrowTarget key={row.target.id} {...row} />
      ))}
      {rows.length > SHOWN_MAX && <Text c="dimmed">{rows.length - SHOWN_MAX} more; search to see them.</Text>}
      {objectives && <Explanation budget={objectives} />}
    </Stack>
  );
}

/** The ones that are worst off first. */
function rowsOf(targets: SonarTarget[], budgets: Budget[]): Row[] {
  const byId = new Map(budgets.map((budget) => [idOf(budget), budget]));
  const left = (row: Row) => Math.min(row.budget?.availability.left ?? 1, row.budget?.replication.left ?? 1);
  return targets.map((target) => ({ target, budget: byId.get(target.id) })).sort((a, b) => left(a) - left(b));
}

function idOf({ target }: Budget): string {
  return `${target.scope}/${target.customer}.${target.project}.${target.platform}`;
}

const UPTIMES = [
  ['24 h', (target: SonarTarget) => target.uptime24h],
  ['7 d', (target: SonarTarget) => target.uptime7d],
  ['30 d', (target: SonarTarget) => target.uptime30d],
  ['90 d', (target: SonarTarget) => target.uptime90d],
] as const;

function WideTargets({ rows }: { rows: Row[] }) {
  return (
    <Card withBorder padding="md" visibleFrom="md">
      <Table verticalSpacing="sm" className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Target</Table.Th>
            {UPTIMES.map(([span], index) => (
              <Table.Th key={span} ta="right">
                {index === 0 ? `Passed in ${span}` : span}
              </Table.Th>
            ))}
            <Table.Th w="23%">Budget for failed runs</Table.Th>
            <Table.Th w="23%">Budget for slow replications</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <WideTarget key={row.target.id} {...row} />
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}

function WideTarget({ target, budget }: Row) {
  return (
    <Table.Tr>
      <Table.Td valign="top">
        <Name target={target} />
      </Table.Td>
      {UPTIMES.map(([span, uptime]) => (
        <Table.Td key={span} valign="top" ta="right" style={{ whiteSpace: 'nowrap' }}>
          {part(uptime(target))}
        </Table.Td>
      ))}
      <Table.Td valign="top">
        {budget && <BudgetCell part={budget.availability} what="runs" />}
        {budget && <LeftOut budget={budget} />}
      </Table.Td>
      <Table.Td valign="top">{budget && <BudgetCell part={budget.replication} what="replications" />}</Table.Td>
    </Table.Tr>
  );
}

function NarrowTarget({ target, budget }: Row) {
  return (
    <Card withBorder padding="md" hiddenFrom="md" className="numbers">
      <Name target={target} />
      <Group gap="md" my="sm">
        {UPTIMES.map(([span, uptime]) => (
          <Box key={span}>
            <Text size="xs" c="dimmed">
              {span}
            </Text>
            <Text size="sm">{part(uptime(target))}</Text>
          </Box>
        ))}
      </Group>
      {budget && (
        <Stack gap="sm">
          <Box>
            <Text size="xs" c="dimmed">
              Budget for failed runs
            </Text>
            <BudgetCell part={budget.availability} what="runs" />
            <LeftOut budget={budget} />
          </Box>
          <Box>
            <Text size="xs" c="dimmed">
              Budget for slow replications
            </Text>
            <BudgetCell part={budget.replication} what="replications" />
          </Box>
        </Stack>
      )}
    </Card>
  );
}

function Name({ target }: { target: SonarTarget }) {
  return (
    <Box>
      <Group gap={8} wrap="nowrap">
        <VerdictSign verdict={target.verdict} />
        <Text fw={600} className="breakable">
          {target.platform}
        </Text>
      </Group>
      <Text size="xs" c="dimmed" mb={4} className="breakable">
        {target.customer}.{target.project} · every {duration(target.intervalSeconds * 1000)}
      </Text>
      <RunStrip runs={target.runs} slots={SLOTS} onOpen={(run) => go(`/sonar/runs/${encodeURIComponent(run.id)}`)} />
    </Box>
  );
}

/** A part of the runs, or a dash where there were none. */
function part(uptime: number | null): string {
  return uptime === null ? '–' : percent(uptime);
}

function BudgetCell({ part, what }: { part: BudgetPart; what: string }) {
  const spent = part.bad > 0 && part.left <= 0;
  const color = spent ? 'red' : part.left < 0.25 ? 'orange' : 'green';
  return (
    <Box>
      <Group justify="space-between" gap={6} wrap="nowrap">
        <Text size="sm" fw={600} style={{ color: spent ? 'var(--bad)' : undefined }}>
          {spent ? 'used up' : `${percent(part.left)} left`}
        </Text>
        <Text size="xs" c="dimmed" ta="right">
          {part.bad} of {count(part.allowed)}
        </Text>
      </Group>
      <Progress value={Math.max(0, part.left) * 100} color={color} size="sm" my={4} aria-label={`${percent(Math.max(0, part.left))} of the budget left`} />
      <Group gap={6} wrap="wrap">
        {part.burns.map((burn) => (
          <BurnRate key={burn.span} burn={burn} what={what} />
        ))}
      </Group>
    </Box>
  );
}

/** A rate that few failures make is pale: it says more about chance than about meshStack. */
function BurnRate({ burn, what }: { burn: Burn; what: string }) {
  const hot = burn.telling && burn.rate > 1;
  return (
    <Tooltip label={`${burn.bad} of ${burn.all} ${what} in ${burn.span}${burn.bad > 0 && !burn.telling ? ': too few to tell' : ''}`} withArrow openDelay={80}>
      <Text size="xs" c={hot ? undefined : 'dimmed'} fw={hot ? 700 : 400} style={{ color: hot ? 'var(--bad)' : undefined, whiteSpace: 'nowrap' }}>
        {burn.span} {burn.all === 0 ? '–' : `${burn.rate.toFixed(1)}×`}
      </Text>
    </Tooltip>
  );
}

function LeftOut({ budget }: { budget: Budget }) {
  const { maintenance, restarts, errors } = budget.leftOut;
  const parts = [
    maintenance > 0 && `${maintenance} in maintenance`,
    restarts > 0 && `${restarts} during restarts`,
    errors > 0 && `${errors} that Sonar could not do`,
  ].filter(Boolean);
  return parts.length === 0 ? null : (
    <Text size="xs" c="dimmed" mt={4}>
      not counted: {parts.join(', ')}
    </Text>
  );
}

function count(allowed: number): string {
  return allowed >= 10 ? `${Math.round(allowed)}` : allowed.toFixed(1);
}

function Explanation({ budget }: { budget: Budget }) {
  return (
    <Text size="xs" c="dimmed">
      Passed is the part of the scheduled runs in which a user would have got through. Over 30 days {percent(budget.availability.objective)} of the runs are to pass
      and {percent(budget.replication.objective)} of the replications to end within {duration(budget.replication.seconds * 1000)}; the budget is what may fail
      besides. 1× means that it lasts for exactly 30 days. Maintenance, short restarts of the backend and Sonar's own faults are not counted.
    </Text>
  );
}
