import { Alert, Badge, Card, Loader, Stack, Table, Text, Title } from '@mantine/core';
import { fetchJson, usePolling, type NotificationView } from '../api';
import { clock } from '../format';

const MAILS_MILLIS = 5_000;
const COLOR = { delivered: 'green', queued: 'yellow', failed: 'orange', refused: 'red' } as const;

/** What was sent to whom, newest first, with the mail server's reply. */
export function Mails() {
  const loaded = usePolling((signal) => fetchJson<NotificationView[]>('/api/meshwatch/v1/notifications?limit=200', signal), MAILS_MILLIS);
  if (!loaded.data) {
    return loaded.error ? <Alert color="red">{loaded.error}</Alert> : <Loader />;
  }
  return (
    <Stack gap="md">
      <Title order={2} size="h3">
        Mails
      </Title>
      <Card withBorder padding="md">
        {loaded.data.length === 0 && <Text c="dimmed">Nothing was sent yet.</Text>}
        {loaded.data.length > 0 && (
          <Table.ScrollContainer minWidth={680}>
            <Table verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>When</Table.Th>
                  <Table.Th>To</Table.Th>
                  <Table.Th>Subject</Table.Th>
                  <Table.Th>Outcome</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {loaded.data.map((mail, index) => (
                  <Table.Tr key={`${mail.atMillis}-${index}`}>
                    <Table.Td valign="top" style={{ whiteSpace: 'nowrap' }}>
                      {clock(mail.atMillis)}
                    </Table.Td>
                    <Table.Td valign="top" className="breakable">
                      {mail.to}
                    </Table.Td>
                    <Table.Td valign="top" className="breakable">
                      {mail.subject}
                    </Table.Td>
                    <Table.Td valign="top">
                      <Badge color={COLOR[mail.outcome]} size="sm" autoContrast>
                        {mail.outcome}
                      </Badge>
                      <Text size="xs" c="dimmed" className="breakable">
                        {mail.reply}
                      </Text>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Card>
    </Stack>
  );
}
