import { Text } from '@mantine/core';
import type { SonarTarget } from '../api';

const SIGNS: Record<SonarTarget['verdict'], [string, string]> = {
  passed: ['✓', 'var(--fine)'],
  failed: ['✗', 'var(--bad)'],
  inconclusive: ['?', 'var(--unknown)'],
  running: ['…', 'var(--unknown)'],
  waiting: ['…', 'var(--unknown)'],
};

/** How a target is, as a sign that is told apart without colours too. */
export function VerdictSign({ verdict }: { verdict: SonarTarget['verdict'] }) {
  const [sign, color] = SIGNS[verdict];
  return (
    <Text fw={700} w={16} ta="center" style={{ color, flex: 'none' }} aria-label={verdict}>
      {sign}
    </Text>
  );
}
