import { Alert, Button, Card, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { postForJson, type SilencePreview } from '../api';
import { author, rememberAuthor } from './author';

const PREVIEW_DELAY_MILLIS = 400;
/** Of a long list one sees the beginning, and the form below it. */
const LIST_PIXELS_MAX = 220;
const HOUR_MILLIS = 3_600_000;
const DURATIONS = [
  ['0.5', '30 minutes'],
  ['1', '1 hour'],
  ['2', '2 hours'],
  ['4', '4 hours'],
  ['8', '8 hours'],
  ['24', '1 day'],
  ['72', '3 days'],
  ['168', '1 week'],
] as const;

interface Props {
  matchers: string;
  onDone: () => void;
}

interface Preview {
  matchers: string;
  answer: SilencePreview | null;
  error: string;
}

/** Makes a silence; shows what it would keep back before it is made. */
export function SilenceForm({ matchers: initial, onDone }: Props) {
  const [matchers, setMatchers] = useState(initial);
  const [hours, setHours] = useState('2');
  const [name, setName] = useState(author);
  const [comment, setComment] = useState('');
  const [force, setForce] = useState(false);
  const [error, setError] = useState('');
  const preview = usePreview(matchers);
  const answer = preview.matchers === matchers ? preview.answer : null;
  const submit = async () => {
    rememberAuthor(name);
    try {
      const now = Date.now();
      await postForJson(`/api/v2/silences${force ? '?force=true' : ''}`, {
        matchers: answer?.matchers,
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + Number(hours) * HOUR_MILLIS).toISOString(),
        createdBy: name,
        comment,
      });
      onDone();
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return (
    <Card withBorder padding="md">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Alerts whose labels match all of these"
            placeholder={'host="db-1", alertname=~"Node.*"'}
            value={matchers}
            onChange={(event) => setMatchers(event.currentTarget.value)}
            classNames={{ input: 'mono' }}
            required
          />
          <Seen preview={preview} />
          <Group gap="sm" align="flex-end">
            <NativeSelect
              label="For"
              value={hours}
              onChange={(event) => setHours(event.currentTarget.value)}
              data={DURATIONS.map(([value, label]) => ({ value, label }))}
              style={{ flex: '1 1 120px' }}
            />
            <TextInput label="Your name" value={name} onChange={(event) => setName(event.currentTarget.value)} required style={{ flex: '1 1 140px' }} />
            <TextInput label="Why" value={comment} onChange={(event) => setComment(event.currentTarget.value)} required style={{ flex: '3 1 220px' }} />
          </Group>
          {answer?.tooMuch && (
            <Checkbox label="Silence it nevertheless" checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
          )}
          {error && <Alert color="red">{error}</Alert>}
          <Group gap="xs">
            <Button type="submit" disabled={!answer || (answer.tooMuch !== '' && !force)}>
              Silence
            </Button>
            <Button variant="subtle" color="gray" onClick={onDone}>
              Cancel
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

/** Asks what matchers mean once nobody has typed for a moment. */
function usePreview(matchers: string): Preview {
  const [settled] = useDebouncedValue(matchers, PREVIEW_DELAY_MILLIS);
  const [preview, setPreview] = useState<Preview>({ matchers: '', answer: null, error: '' });
  useEffect(() => {
    const abort = new AbortController();
    const ask = async () => {
      try {
        const answer = await postForJson<SilencePreview>('/api/meshwatch/v1/silences/preview', { matchers: [settled] }, abort.signal);
        setPreview({ matchers: settled, answer, error: '' });
      } catch (problem) {
        if (!abort.signal.aborted) {
          setPreview({ matchers: settled, answer: null, error: problem instanceof Error ? problem.message : String(problem) });
        }
      }
    };
    if (settled.trim()) {
      void ask();
    } else {
      setPreview({ matchers: settled, answer: null, error: '' });
    }
    return () => abort.abort();
  }, [settled]);
  return preview;
}

function Seen({ preview }: { preview: Preview }) {
  if (preview.error) {
    return (
      <Text size="sm" style={{ color: 'var(--bad)' }} className="breakable">
        {preview.error}
      </Text>
    );
  }
  if (!preview.answer) {
    return null;
  }
  const { matching, firing, alerts, tooMuch } = preview.answer;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        Keeps back {matching} of the {firing} alerts that fire now
      </Text>
      <Stack gap={4} style={{ maxHeight: LIST_PIXELS_MAX, overflowY: 'auto' }}>
        {alerts.map((alert) => (
          <Text key={alert} size="xs" c="dimmed" className="mono breakable">
            {alert}
          </Text>
        ))}
      </Stack>
      {tooMuch && (
        <Alert color="orange" title="This is a lot">
          It matches too much: {tooMuch}.
        </Alert>
      )}
    </Stack>
  );
}
