import { Alert, Button, Card, Group, SegmentedControl, Select, Stack, Table, Text, Title, useComputedColorScheme } from '@mantine/core';
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { PromQLExtension } from '@prometheus-io/codemirror-promql';
import { useEffect, useRef, useState } from 'react';
import { query, queryRange, type QueryAnswer, type Series } from '../api';
import { seriesName, short } from '../format';
import { Chart } from '../parts/Chart';
import { go } from '../parts/link';
import { table } from '../parts/table';

const RANGES = [
  ['900', '15 min'],
  ['3600', '1 hour'],
  ['21600', '6 hours'],
  ['86400', '1 day'],
  ['604800', '1 week'],
] as const;
const POINTS = 250;
const SERIES_SHOWN_MAX = 40;

/** PromQL by hand: as a table at this moment, or as a chart. The expression stands in the address, so a page can be shared. */
export function Query({ location }: { location: URL }) {
  // Links of alerts are written as Prometheus' own page expects them.
  const expression = location.searchParams.get('expr') ?? location.searchParams.get('g0.expr') ?? '';
  const tab = location.searchParams.get('tab') ?? 'table';
  const seconds = Number(location.searchParams.get('range') ?? '3600');
  const [answer, setAnswer] = useState<QueryAnswer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [took, setTook] = useState(0);
  const [turn, setTurn] = useState(0);
  const open = (changes: Record<string, string>) => {
    const parameters = new URLSearchParams(location.search);
    Object.entries(changes).forEach(([name, value]) => parameters.set(name, value));
    go(`/query?${parameters}`);
    setTurn((n) => n + 1);
  };
  useEffect(() => {
    if (!expression) {
      return undefined;
    }
    const abort = new AbortController();
    const began = performance.now();
    const end = Math.floor(Date.now() / 1000);
    const step = Math.max(5, Math.round(seconds / POINTS));
    const asked = tab === 'graph' ? queryRange(expression, end - seconds, end, step, abort.signal) : query(expression, abort.signal);
    asked
      .then((result) => {
        setAnswer(result);
        setError(null);
        setTook(performance.now() - began);
      })
      .catch((problem: unknown) => {
        if (!abort.signal.aborted) {
          setAnswer(null);
          setError(problem instanceof Error ? problem.message : String(problem));
        }
      });
    return () => abort.abort();
  }, [expression, tab, seconds, turn]);
  return (
    <Stack gap="md">
      <Title order={2} size="h3">
        Query
      </Title>
      <Editor expression={expression} onRun={(expr) => open({ expr })} />
      <Group>
        <SegmentedControl value={tab} onChange={(value) => open({ tab: value })} data={[{ value: 'table', label: 'Table' }, { value: 'graph', label: 'Graph' }]} />
        {tab === 'graph' && (
          <Select
            w={120}
            value={`${seconds}`}
            data={RANGES.map(([value, label]) => ({ value, label }))}
            onChange={(value) => value && open({ range: value })}
            allowDeselect={false}
            aria-label="range"
          />
        )}
        {answer && (
          <Text size="sm" c="dimmed">
            {Array.isArray(answer.result) && answer.resultType !== 'scalar' && answer.resultType !== 'string'
              ? `${answer.result.length} series, `
              : ''}
            {Math.round(took)} ms
          </Text>
        )}
      </Group>
      {error && (
        <Alert color="red" title="The query was not answered">
          <Text className="mono breakable" size="sm">
            {error}
          </Text>
        </Alert>
      )}
      {[...(answer?.warnings ?? []), ...(answer?.infos ?? [])].map((note) => (
        <Alert key={note} color="yellow">
          {note}
        </Alert>
      ))}
      {answer && <Card withBorder padding="md">{tab === 'graph' ? <Graph answer={answer} /> : <Result answer={answer} />}</Card>}
    </Stack>
  );
}

function Graph({ answer }: { answer: QueryAnswer }) {
  if (answer.resultType !== 'matrix') {
    return <Text c="dimmed">Only range queries have a graph.</Text>;
  }
  const series = (answer.result as Series[]).slice(0, SERIES_SHOWN_MAX);
  const { times, lines } = table(series);
  const named = lines.map((line, index) => ({ ...line, name: seriesName(series[index]?.metric ?? {}) }));
  return (
    <>
      <Chart times={times} lines={named} height={380} format={short} legend={named.length <= 12} />
      {(answer.result as Series[]).length > SERIES_SHOWN_MAX && (
        <Text size="sm" c="dimmed">
          The first {SERIES_SHOWN_MAX} of {(answer.result as Series[]).length} series are drawn.
        </Text>
      )}
    </>
  );
}

function Result({ answer }: { answer: QueryAnswer }) {
  if (answer.resultType === 'scalar' || answer.resultType === 'string') {
    return <Text className="mono">{String((answer.result as [number, string])[1])}</Text>;
  }
  const series = answer.result as Series[];
  if (series.length === 0) {
    return <Text c="dimmed">The result is empty.</Text>;
  }
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {series.slice(0, 1000).map((each) => (
            <Table.Tr key={seriesName(each.metric)}>
              <Table.Td className="mono breakable">{seriesName(each.metric)}</Table.Td>
              <Table.Td className="mono numbers" ta="right" style={{ whiteSpace: 'pre' }}>
                {each.value ? each.value[1] : (each.values ?? []).map(([time, value]) => `${value} @${time}`).join('\n')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const LIGHT = HighlightStyle.define([
  { tag: tags.number, color: '#0b7285' },
  { tag: tags.string, color: '#2b8a3e' },
  { tag: tags.keyword, color: '#862e9c' },
  { tag: tags.function(tags.variableName), color: '#1864ab' },
  { tag: tags.labelName, color: '#c92a2a' },
  { tag: tags.comment, color: '#868e96', fontStyle: 'italic' },
]);

const DARK = HighlightStyle.define([
  { tag: tags.number, color: '#66d9e8' },
  { tag: tags.string, color: '#8ce99a' },
  { tag: tags.keyword, color: '#e599f7' },
  { tag: tags.function(tags.variableName), color: '#74c0fc' },
  { tag: tags.labelName, color: '#ffa8a8' },
  { tag: tags.comment, color: '#909296', fontStyle: 'italic' },
]);

function Editor({ expression, onRun }: { expression: string; onRun: (expression: string) => void }) {
  const container = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const run = useRef(onRun);
  run.current = onRun;
  const dark = useComputedColorScheme('light') === 'dark';
  useEffect(() => {
    if (!container.current) {
      return undefined;
    }
    const promql = new PromQLExtension().setComplete({ remote: { url: '' } });
    const made = new EditorView({
      parent: container.current,
      state: EditorState.create({
        doc: view.current?.state.doc.toString() ?? expression,
        extensions: [
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          syntaxHighlighting(dark ? DARK : LIGHT),
          promql.asExtension(),
          EditorView.lineWrapping,
          EditorView.theme({ '&': { padding: '6px' } }, { dark }),
          placeholder('Expression, for example: rate(node_cpu_seconds_total[5m]) (Enter runs it, Shift+Enter breaks the line)'),
          Prec.highest(keymap.of(completionKeymap)),
          Prec.high(
            keymap.of([
              {
                key: 'Enter',
                run: (editor) => {
                  run.current(editor.state.doc.toString());
                  return true;
                },
              },
              { key: 'Shift-Enter', run: (editor) => (editor.dispatch(editor.state.replaceSelection('\n')), true) },
            ]),
          ),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [dark]);
  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== expression) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: expression } });
    }
  }, [expression]);
  return (
    <Group align="flex-start" wrap="nowrap" gap="sm">
      <div ref={container} className="editor" style={{ flex: 1, minWidth: 0 }} />
      <Button onClick={() => onRun(view.current?.state.doc.toString() ?? '')}>Run</Button>
    </Group>
  );
}
