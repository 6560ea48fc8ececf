import { Tooltip } from '@mantine/core';
import type { RunView, Verdict } from '../api';
import { clock, duration } from '../format';

const COLOR: Record<Verdict, string> = {
  passed: 'var(--fine)',
  failed: 'var(--bad)',
  inconclusive: 'var(--unknown)',
  running: 'var(--warn)',
};

/** The last runs of a target, oldest first: failures are taller, so that they are seen without colours too. */
export function RunStrip({ runs, slots, onOpen }: { runs: RunView[]; slots: number; onOpen: (run: RunView) => void }) {
  const shown = runs.slice(0, slots).reverse();
  return (
    <div className="strip" role="list" aria-label="last runs">
      {Array.from({ length: Math.max(0, slots - shown.length) }, (_, index) => (
        <span key={`empty-${index}`} className="empty" />
      ))}
      {shown.map((run) => (
        <Tooltip key={run.id} label={describe(run)} multiline maw={420} withArrow openDelay={80}>
          <button
            type="button"
            aria-label={describe(run)}
            onClick={() => onOpen(run)}
            style={{ background: COLOR[run.verdict], height: run.verdict === 'passed' ? 16 : 26 }}
          />
        </Tooltip>
      ))}
    </div>
  );
}

function describe(run: RunView): string {
  const word = run.result === 'flaky' ? 'passed at a later attempt' : run.result === 'restart' ? 'failed during a restart' : run.verdict;
  const head = `${clock(run.atMillis)} · ${word} in ${duration(run.durationMillis)}${run.maintenance && ` · maintenance (${run.maintenance})`}`;
  return run.verdict === 'failed' || run.verdict === 'inconclusive' ? `${head} · ${run.step} (${run.reason}): ${run.message}` : head;
}
