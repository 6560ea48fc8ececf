import { Anchor, Button, Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { postJson, type AcknowledgementView } from '../api';
import { ago } from '../format';
import { author, rememberAuthor } from './author';
import { go } from './link';

const PATH = '/api/meshwatch/v1/acknowledgements';

interface Props {
  labels: Record<string, string>;
  acknowledged: AcknowledgementView | undefined;
  onChange: () => void;
}

/** This alert and no other. */
function matchers(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
}

/** Who takes care of an alert that fires, and the way to say so. */
export function Acknowledge({ labels, acknowledged, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(author);
  const [comment, setComment] = useState('');
  const [error, setError] = useState('');
  const send = async (path: string, change: unknown) => {
    try {
      await postJson(path, change);
      setError('');
      setOpen(false);
      onChange();
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  const acknowledge = () => {
    rememberAuthor(name);
    void send(PATH, { labels, author: name, comment });
  };
  return (
    <>
      {acknowledged && (
        <Text size="sm" mt={4} className="breakable">
          <b>{acknowledged.author || 'Somebody'}</b> takes care of it{acknowledged.comment && `: ${acknowledged.comment}`}{' '}
          <Text span size="xs" c="dimmed">
            ({ago(acknowledged.atMillis, Date.now())}; not repeated until it is over){' '}
          </Text>
          <Anchor component="button" type="button" size="sm" onClick={() => void send(`${PATH}/withdraw`, { labels })}>
            Withdraw
          </Anchor>
        </Text>
      )}
      {!open && (
        <Group gap="xs" mt={6}>
          {!acknowledged && (
            <Button size="compact-sm" variant="light" onClick={() => setOpen(true)}>
              I take care of it
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => go(`/silences?new=${encodeURIComponent(matchers(labels))}`)}>
            Silence
          </Button>
        </Group>
      )}
      {open && !acknowledged && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            acknowledge();
          }}
        >
          <Group gap="xs" mt={6} align="flex-end">
            <TextInput size="xs" label="Your name" value={name} onChange={(event) => setName(event.currentTarget.value)} required w={140} />
            <TextInput
              size="xs"
              label="What is being done"
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
              style={{ flex: '1 1 180px' }}
            />
            <Button size="xs" type="submit">
              Acknowledge
            </Button>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setOpen(false)}>
              Cancel
            </Button>
          </Group>
        </form>
      )}
      {error && (
        <Text size="sm" style={{ color: 'var(--bad)' }} className="breakable">
          {error}
        </Text>
      )}
    </>
  );
}
