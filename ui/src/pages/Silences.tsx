import { Alert, Badge, Button, Card, Group, Loader, Stack, Switch, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { deleteAt, fetchJson, usePolling, type MaintenanceView, type MatcherView, type SilenceView } from '../api';
import { clock, duration } from '../format';
import { go } from '../parts/link';
import { SilenceForm } from '../parts/SilenceForm';

const SILENCES_MILLIS = 10_000;
const COLOR = { active: 'blue', pending: 'yellow', expired: 'gray' } as const;

/** What is kept back by people: silences, with a form for further ones, and the recurring maintenance windows. */
export function Silences({ location }: { location: URL }) {
  const silences = usePolling((signal) => fetchJson<SilenceView[]>('/api/v2/silences', signal), SILENCES_MILLIS);
  const windows = usePolling((signal) => fetchJson<MaintenanceView[]>('/api/meshwatch/v1/maintenance', signal), SILENCES_MILLIS);
  const [expired, setExpired] = useState(false);
  const wanted = location.searchParams.get('new');
  if (!silences.data) {
    return silences.error ? <Alert color="red">{silences.error}</Alert> : <Loader />;
  }
  const shown = silences.data.filter((each) => expired || each.status.state !== 'expired');
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={2} size="h3">
          Silences
        </Title>
        <Group gap="md">
          <Switch label="with ended ones" checked={expired} onChange={(event) => setExpired(event.currentTarget.checked)} />
          {wanted === null && <Button onClick={() => go('/silences?new=')}>New silence</Button>}
        </Group>
      </Group>
      {wanted !== null && (
        <SilenceForm
          key={wanted}
          matchers={wanted}
          onDone={() => {
            go('/silences');
            silences.reload();
          }}
        />
      )}
      {shown.length === 0 && <Text c="dimmed">Nothing is silenced.</Text>}
      {shown.map((silence) => (
        <Silence key={silence.id} silence={silence} onChange={silences.reload} />
      ))}
      {windows.data && windows.data.length > 0 && (
        <>
          <Title order={3} size="h4" mt="sm">
            Recurring maintenance
          </Title>
          {windows.data.map((window) => (
            <Window key={window.name} window={window} />
          ))}
        </>
      )}
    </Stack>
  );
}

function text(matcher: MatcherView): string {
  const operator = matcher.isRegex ? (matcher.isEqual ? '=~' : '!~') : matcher.isEqual ? '=' : '!=';
  return `${matcher.name}${operator}${JSON.stringify(matcher.value)}`;
}

function times({ status, startsAt, endsAt }: SilenceView): string {
  const now = Date.now();
  switch (status.state) {
    case 'active':
      return `until ${clock(Date.parse(endsAt))}, ${duration(Date.parse(endsAt) - now)} left`;
    case 'pending':
      return `from ${clock(Date.parse(startsAt))} until ${clock(Date.parse(endsAt))}`;
    case 'expired':
      return `ended ${clock(Date.parse(endsAt))}`;
  }
}

function Silence({ silence, onChange }: { silence: SilenceView; onChange: () => void }) {
  const [error, setError] = useState('');
  const matchers = silence.matchers.map(text).join(', ');
  const expire = async () => {
    try {
      await deleteAt(`/api/v2/silence/${silence.id}`);
      onChange();
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} style={{ flex: '1 1 240px', minWidth: 0 }}>
          <Group gap={8}>
            <Badge color={COLOR[silence.status.state]} size="sm" autoContrast>
              {silence.status.state}
            </Badge>
            <Text size="sm">{times(silence)}</Text>
          </Group>
          <Text size="sm" className="mono breakable">
            {matchers}
          </Text>
          <Text size="sm" c="dimmed" className="breakable">
            {silence.createdBy || 'Somebody'}
            {silence.comment && `: ${silence.comment}`}
          </Text>
          {error && (
            <Text size="sm" style={{ color: 'var(--bad)' }} className="breakable">
              {error}
            </Text>
          )}
        </Stack>
        {silence.status.state === 'expired' ? (
          <Button size="compact-sm" variant="light" onClick={() => go(`/silences?new=${encodeURIComponent(matchers)}`)}>
            Again
          </Button>
        ) : (
          <Button size="compact-sm" variant="light" color="red" onClick={() => void expire()}>
            Expire
          </Button>
        )}
      </Group>
    </Card>
  );
}

function Window({ window }: { window: MaintenanceView }) {
  return (
    <Card withBorder padding="md">
      <Group gap={8}>
        <Badge color={window.now ? 'blue' : 'gray'} size="sm" autoContrast>
          {window.now ? 'now' : 'not now'}
        </Badge>
        <Text fw={600} size="sm">
          {window.name}
        </Text>
      </Group>
      <Text size="sm" mt={4} className="mono breakable">
        {window.matchers.join(', ')}
      </Text>
      {window.times.map((each) => (
        <Text key={each} size="sm" c="dimmed">
          {each}
        </Text>
      ))}
    </Card>
  );
}
