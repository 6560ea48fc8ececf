import { Accordion, Alert, Anchor, Badge, Card, Chip, Code, Group, Loader, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { fetchData, fetchJson, usePolling, type AcknowledgementView, type RoutedAlertView, type RuleGroupView, type RuleView } from '../api';
import { duration, short } from '../format';
import { Acknowledge } from '../parts/Acknowledge';
import { PageLink } from '../parts/link';
import { SeverityBadge } from './Overview';

const RULES_MILLIS = 10_000;
const SHOWN = [
  ['active', 'Firing and pending'],
  ['bad', 'Broken rules'],
  ['never', 'Can never fire'],
  ['all', 'All rules'],
] as const;

/** What an empty list means. */
const NOTHING: Record<string, string> = {
  active: 'Nothing is firing or pending.',
  bad: 'Every rule can be evaluated.',
  never: 'Every rule that was looked at finds the series it needs. The first look comes five minutes after the start.',
};

interface ActiveAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  state: 'pending' | 'firing';
  activeAt: string;
  value: string;
}

interface AlertingRule extends RuleView {
  alerts: ActiveAlert[];
  /** Whether it can have no result with the data of the last hour. */
  unableToFire?: boolean;
  selectorsWithoutData?: string[];
}

/** Who takes care of what, and what is held back. */
interface Care {
  list: AcknowledgementView[];
  routed: RoutedAlertView[];
  reload: () => void;
}

function same(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** All alerting rules by group, with what is firing and why. */
export function Alerts() {
  const loaded = usePolling((signal) => fetchData<{ groups: RuleGroupView[] }>('/api/v1/rules?type=alert', signal), RULES_MILLIS);
  const acknowledged = usePolling((signal) => fetchJson<AcknowledgementView[]>('/api/meshwatch/v1/acknowledgements', signal), RULES_MILLIS);
  const routed = usePolling((signal) => fetchJson<RoutedAlertView[]>('/api/v2/alerts', signal), RULES_MILLIS);
  const care: Care = { list: acknowledged.data ?? [], routed: routed.data ?? [], reload: acknowledged.reload };
  const [show, setShow] = useState(() => new URL(window.location.href).searchParams.get('show') ?? 'active');
  const [search, setSearch] = useState('');
  if (!loaded.data) {
    return loaded.error ? <Alert color="red">{loaded.error}</Alert> : <Loader />;
  }
  const never = loaded.data.groups.flatMap((group) => group.rules as AlertingRule[]).filter((rule) => rule.unableToFire).length;
  const groups = loaded.data.groups
    .map((group) => ({
      ...group,
      rules: (group.rules as AlertingRule[]).filter((rule) => matches(rule, show, search)),
    }))
    .filter((group) => group.rules.length > 0);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={2} size="h3">
          Alerts
        </Title>
        <TextInput
          placeholder="Find alert, label, text"
          aria-label="Find alert, label, text"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          style={{ flex: '0 1 320px' }}
        />
      </Group>
      <Chip.Group
        value={show}
        onChange={(next) => {
          setShow(next);
          window.history.replaceState(null, '', `/alerts?show=${next}`);
        }}
      >
        <Group gap={6}>
          {SHOWN.map(([value, label]) => (
            <Chip key={value} value={value} size="sm">
              {value === 'never' ? `${label} (${never})` : label}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {groups.length === 0 && <Text c="dimmed">{NOTHING[show] ?? 'No rule matches.'}</Text>}
      {groups.map((group) => (
        <RuleGroup key={group.file + group.name} group={group} care={care} />
      ))}
    </Stack>
  );
}

interface ShownGroup extends RuleGroupView {
  rules: AlertingRule[];
}

/** What fires is open, also if it begins while one looks; what was opened or closed by hand stays so. */
function RuleGroup({ group, care }: { group: ShownGroup; care: Care }) {
  const [turned, setTurned] = useState<string[]>([]);
  const open = group.rules.filter((rule) => isOpen(rule) !== turned.includes(key(rule))).map(key);
  const turn = (next: string[]) => {
    const changed = [...next.filter((each) => !open.includes(each)), ...open.filter((each) => !next.includes(each))];
    setTurned([...turned.filter((each) => !changed.includes(each)), ...changed.filter((each) => !turned.includes(each))]);
  };
  return (
    <Card withBorder padding="md">
      <Group justify="space-between" mb="xs">
        <Text fw={700}>{group.name}</Text>
        <Text size="xs" c="dimmed">
          every {duration(group.interval * 1000)}, took {duration(group.evaluationTime * 1000)}
        </Text>
      </Group>
      <Accordion multiple variant="contained" value={open} onChange={turn}>
        {group.rules.map((rule) => (
          <Rule key={key(rule)} rule={rule} care={care} />
        ))}
      </Accordion>
    </Card>
  );
}

function key(rule: AlertingRule): string {
  return rule.name + rule.query;
}

/** What fires is what one came for. */
function isOpen(rule: AlertingRule): boolean {
  return rule.state === 'firing' && rule.labels?.severity !== 'none';
}

function matches(rule: AlertingRule, show: string, search: string): boolean {
  return wanted(rule, show) && JSON.stringify(rule).toLowerCase().includes(search.toLowerCase());
}

function wanted(rule: AlertingRule, show: string): boolean {
  switch (show) {
    case 'active':
      return rule.state !== 'inactive';
    case 'bad':
      return rule.health === 'err';
    case 'never':
      return rule.unableToFire === true;
    default:
      return true;
  }
}

function Rule({ rule, care }: { rule: AlertingRule; care: Care }) {
  const color = rule.state === 'firing' ? 'red' : rule.state === 'pending' ? 'yellow' : 'gray';
  return (
    <Accordion.Item value={key(rule)}>
      <Accordion.Control>
        <Group gap={8}>
          <Badge color={color} size="sm" autoContrast>
            {rule.state}
          </Badge>
          <SeverityBadge severity={rule.labels?.severity ?? ''} />
          <Text fw={600} size="sm">
            {rule.name}
          </Text>
          {rule.health === 'err' && <Badge color="red">rule fails</Badge>}
          {rule.unableToFire && <Badge color="gray">no data</Badge>}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="xs">
          {rule.lastError && (
            <Text size="sm" style={{ color: 'var(--bad)' }} className="breakable">
              {rule.lastError}
            </Text>
          )}
          {rule.selectorsWithoutData && rule.selectorsWithoutData.length > 0 && (
            <Text size="sm" c="dimmed" className="breakable">
              No data within the last hour for {rule.selectorsWithoutData.join(', ')}
            </Text>
          )}
          {rule.alerts.map((alert) => (
            <Active key={JSON.stringify(alert.labels)} alert={alert} care={care} />
          ))}
          {rule.alerts.length === 0 && <Text size="sm">{rule.annotations?.description?.replace(/\{\{.*?\}\}/gs, '…')}</Text>}
          <Code block>{rule.query}</Code>
          <Group gap="md">
            <PageLink to={`/query?expr=${encodeURIComponent(rule.query)}`}>
              <Text span size="sm">
                Open in query page
              </Text>
            </PageLink>
            <Anchor size="sm" href={`/runbooks/${encodeURIComponent(rule.name)}`}>
              Runbook
            </Anchor>
            {rule.duration ? (
              <Text size="sm" c="dimmed">
                fires after {duration(rule.duration * 1000)}
              </Text>
            ) : null}
          </Group>
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

function Active({ alert, care }: { alert: ActiveAlert; care: Care }) {
  return (
    <Card withBorder padding="xs">
      <Text fw={600} size="sm" className="breakable">
        {alert.annotations.summary ?? alert.labels.alertname}
      </Text>
      <Text size="sm" className="breakable">
        {alert.annotations.description}
      </Text>
      <Text size="xs" c="dimmed" className="mono breakable">
        {alert.state} since {duration(Date.now() - Date.parse(alert.activeAt))}, value {short(Number(alert.value))} ·{' '}
        {Object.entries(alert.labels)
          .map(([name, value]) => `${name}="${value}"`)
          .join(' ')}
      </Text>
      <HeldBack routed={care.routed.find((each) => same(each.labels, alert.labels))} />
      {alert.state === 'firing' && (
        <Acknowledge labels={alert.labels} acknowledged={care.list.find((each) => same(each.labels, alert.labels))} onChange={care.reload} />
      )}
    </Card>
  );
}

/** Why nobody is told about an alert just now. */
function HeldBack({ routed }: { routed: RoutedAlertView | undefined }) {
  if (!routed) {
    return null;
  }
  const { silencedBy, inhibitedBy, mutedBy } = routed.status;
  return (
    <>
      {silencedBy.length > 0 && (
        <Text size="sm">
          Nobody is told: it is{' '}
          <PageLink to="/silences">
            <Text span size="sm">
              silenced
            </Text>
          </PageLink>
        </Text>
      )}
      {inhibitedBy.length > 0 && <Text size="sm">Nobody is told: an alert that is its cause fires too</Text>}
      {mutedBy.length > 0 && <Text size="sm">Not told at this time of day or week: {mutedBy.join(', ')}</Text>}
    </>
  );
}
