import { ActionIcon, Alert, AppShell, Box, Container, Group, Loader, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import { fetchJson, usePolling, type Overview as OverviewData } from './api';
import { Alerts } from './pages/Alerts';
import { Mails } from './pages/Mails';
import { Overview } from './pages/Overview';
import { Run } from './pages/Run';
import { Silences } from './pages/Silences';
import { Sonar } from './pages/Sonar';
import { Targets } from './pages/Targets';
import { go, useLocation } from './parts/link';

const PAGES = [
  ['/', 'Overview'],
  ['/sonar', 'Sonar'],
  ['/alerts', 'Alerts'],
  ['/silences', 'Silences'],
  ['/targets', 'Targets'],
  ['/mails', 'Mails'],
  ['/query', 'Query'],
] as const;

/** The query editor is the largest part of the page; who only looks does not load it. */
const Query = lazy(async () => ({ default: (await import('./pages/Query')).Query }));

const OVERVIEW_MILLIS = 5_000;

export function App() {
  const location = useLocation();
  const overview = usePolling(
    (signal) => fetchJson<OverviewData>('/api/meshwatch/v1/overview', signal),
    OVERVIEW_MILLIS,
  );
  return (
    <AppShell header={{ height: 52 }} padding={0}>
      <AppShell.Header>
        <Container size={1320} h="100%" px="md">
          <Group h="100%" justify="space-between" wrap="nowrap" gap="sm">
            <Brand state={overview.error ? 'unreachable' : (overview.data?.state ?? 'starting')} name={overview.data?.installation ?? ''} />
            <Group gap={2} wrap="nowrap" style={{ overflowX: 'auto' }}>
              {PAGES.map(([path, title]) => (
                <NavigationLink key={path} path={path} title={title} active={location.pathname === path} />
              ))}
              <SchemeSwitch />
            </Group>
          </Group>
        </Container>
      </AppShell.Header>
      <AppShell.Main>
        <Container size={1320} px="md" py="md">
          {overview.error && (
            <Alert color="red" mb="md" title="meshwatch does not answer">
              {overview.error}. What you see is from the last answer.
            </Alert>
          )}
          {page(location, overview.data)}
        </Container>
      </AppShell.Main>
    </AppShell>
  );
}

function page(location: URL, overview: OverviewData | null): ReactNode {
  const run = /^\/sonar\/runs\/([^/]+)$/.exec(location.pathname);
  if (run?.[1]) {
    return <Run id={decodeURIComponent(run[1])} />;
  }
  switch (location.pathname) {
    case '/':
      return <Overview overview={overview} />;
    case '/sonar':
      return <Sonar />;
    case '/alerts':
      return <Alerts />;
    case '/silences':
      return <Silences location={location} />;
    case '/targets':
      return <Targets />;
    case '/mails':
      return <Mails />;
    case '/query':
    case '/graph':
      return (
        <Suspense fallback={<Loader />}>
          <Query location={location} />
        </Suspense>
      );
    default:
      return <Alert title="There is no such page">{location.pathname}</Alert>;
  }
}

function Brand({ state, name }: { state: string; name: string }) {
  const color = state === 'ok' ? 'var(--fine)' : state === 'critical' || state === 'unreachable' ? 'var(--bad)' : 'var(--warn)';
  return (
    <Group gap={8} wrap="nowrap" style={{ cursor: 'pointer' }} onClick={() => go('/')}>
      <Box w={12} h={12} style={{ borderRadius: 6, background: color, flex: 'none' }} aria-label={`state: ${state}`} />
      <Text fw={700} size="lg" visibleFrom="sm">
        meshwatch
      </Text>
      <Text c="dimmed" size="sm" visibleFrom="sm" truncate>
        {name}
      </Text>
    </Group>
  );
}

function NavigationLink({ path, title, active }: { path: string; title: string; active: boolean }) {
  return (
    <Text
      component="a"
      href={path}
      size="sm"
      px={8}
      py={6}
      fw={active ? 700 : 500}
      c={active ? 'var(--mantine-primary-color-filled)' : 'dimmed'}
      style={{ textDecoration: 'none', whiteSpace: 'nowrap' }}
      aria-current={active ? 'page' : undefined}
      onClick={(event: React.MouseEvent) => {
        event.preventDefault();
        go(path);
      }}
    >
      {title}
    </Text>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" aria-label="switch between light and dark" onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
      {dark ? '☀' : '☾'}
    </ActionIcon>
  );
}
