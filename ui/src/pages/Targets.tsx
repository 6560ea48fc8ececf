import { Alert, Badge, Card, Group, Loader, SegmentedControl, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { fetchData, usePolling, type TargetView } from '../api';
import { ago, duration } from '../format';

const TARGETS_MILLIS = 5_000;
const ONE_LINE = { whiteSpace: 'nowrap' } as const;

/** Every scrape target with its state and the reason of failure. */
export function Targets() {
  const loaded = usePolling((signal) => fetchData<{ activeTargets: TargetView[] }>('/api/v1/targets?state=active', signal), TARGETS_MILLIS);
  const [show, setShow] = useState('all');
  const [search, setSearch] = useState('');
  if (!loaded.data) {
    return loaded.error ? <Alert color="red">{loaded.error}</Alert> : <Loader />;
  }
  const wanted = loaded.data.activeTargets.filter(
    (target) =>
      (show === 'all' || target.health !== 'up' || target.lastWarning) &&
      JSON.stringify([target.labels, target.scrapeUrl, target.lastError, target.lastWarning]).toLowerCase().includes(search.toLowerCase()),
  );
  const jobs = [...new Set(wanted.map((target) => target.scrapePool))].sort();
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={2} size="h3">
          Targets
        </Title>
        <Group>
          <TextInput placeholder="Find job, instance, error" value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
          <SegmentedControl value={show} onChange={setShow} data={[{ value: 'all', label: 'All' }, { value: 'bad', label: 'With problems' }]} />
        </Group>
      </Group>
      {wanted.length === 0 && <Text c="dimmed">No target matches.</Text>}
      {jobs.map((job) => (
        <Job key={job} job={job} targets={wanted.filter((target) => target.scrapePool === job)} />
      ))}
    </Stack>
  );
}

function Job({ job, targets }: { job: string; targets: TargetView[] }) {
  const up = targets.filter((target) => target.health === 'up').length;
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" mb="xs">
        <Text fw={700}>{job}</Text>
        <Text size="sm" c={up === targets.length ? 'dimmed' : 'var(--bad)'}>
          {up} of {targets.length} up
        </Text>
      </Group>
      <Table.ScrollContainer minWidth={300}>
        <Table verticalSpacing={6} horizontalSpacing={8} layout="fixed" className="numbers">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="4.5rem">State</Table.Th>
              <Table.Th>Endpoint</Table.Th>
              <Table.Th w="26%" visibleFrom="sm">
                Labels
              </Table.Th>
              <Table.Th w="6.5rem" style={ONE_LINE} visibleFrom="sm">
                Last scrape
              </Table.Th>
              <Table.Th w="4.5rem" visibleFrom="sm">
                Took
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {targets.map((target) => (
              <Row key={target.scrapeUrl + JSON.stringify(target.labels)} target={target} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function Row({ target }: { target: TargetView }) {
  const color = target.health === 'up' ? 'green' : target.health === 'down' ? 'red' : 'gray';
  const labels = Object.entries(target.labels)
    .filter(([name]) => name !== 'job')
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ');
  const scrapedAt = Date.parse(target.lastScrape);
  const scraped = scrapedAt > 0 ? ago(scrapedAt, Date.now()) : 'not yet';
  const took = duration(target.lastScrapeDuration * 1000);
  return (
    <Table.Tr>
      <Table.Td valign="top">
        <Badge color={color} size="sm" variant="filled" autoContrast>
          {target.health}
        </Badge>
      </Table.Td>
      <Table.Td valign="top">
        <Text size="sm" className="breakable">
          {target.scrapeUrl}
        </Text>
        <Text size="xs" c="dimmed" className="mono breakable" hiddenFrom="sm">
          {labels}
        </Text>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {scraped}, every {target.scrapeInterval}, took {took}
        </Text>
        {target.lastError && (
          <Text size="sm" className="breakable" style={{ color: 'var(--bad)' }}>
            {target.lastError}
          </Text>
        )}
        {target.lastWarning && (
          <Text size="sm" className="breakable" style={{ color: 'var(--warn)' }}>
            {target.lastWarning}
          </Text>
        )}
      </Table.Td>
      <Table.Td valign="top" visibleFrom="sm">
        <Text size="xs" className="mono breakable">
          {labels}
        </Text>
      </Table.Td>
      <Table.Td valign="top" style={ONE_LINE} visibleFrom="sm">
        <Text size="sm">{scraped}</Text>
        <Text size="xs" c="dimmed">
          every {target.scrapeInterval}
        </Text>
      </Table.Td>
      <Table.Td valign="top" style={ONE_LINE} visibleFrom="sm">
        <Text size="sm">{took}</Text>
      </Table.Td>
    </Table.Tr>
  );
}
