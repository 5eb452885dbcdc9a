import { spread } from '../report/statistics.ts';
import { toSvg } from '../report/svg.ts';
import { type Chart, drawChart, HEIGHT, type Series, WIDTH } from './chart.ts';
import { type Line, type Run, spreadOf } from './line.ts';

const GAP = 24;
const LEGEND = 32;
const COLUMNS = 2;
const engines = { sqlite: ['SQLite', 'best'], postgres: ['PostgreSQL', 'other'] } as const;
type Engine = keyof typeof engines;

/** All charts for which there are lines, as one SVG. */
export function drawPlots(lines: readonly Line[]): string {
  const charts = toCharts(lines).filter(({ series }) => series.some(({ points }) => points.length > 0));
  const width = COLUMNS * WIDTH + GAP;
  const bottom = LEGEND + Math.ceil(charts.length / COLUMNS) * (HEIGHT + GAP);
  return toSvg(
    `How fast Parley is: ${charts.map(({ title }) => title.toLowerCase()).join(', ')}`,
    width,
    bottom + 8,
    [
      ...Object.values(engines).map(
        ([name, look], index) =>
          `<circle class="dot ${look}" cx="${5 + 90 * index}" cy="10" r="5"/><text x="${16 + 90 * index}" y="14">${name}</text>`,
      ),
      ...charts.map((chart, index) =>
        drawChart(
          chart,
          (index % COLUMNS) * (WIDTH + GAP),
          LEGEND + Math.floor(index / COLUMNS) * (HEIGHT + GAP),
        ),
      ),
      `<text class="muted" x="0" y="${bottom}">${caption(lines)}</text>`,
    ],
  );
}

function toCharts(lines: readonly Line[]): Chart[] {
  const single = lines.filter(({ nodes, http }) => (nodes ?? 1) === 1 && http !== true);
  const sends = single.filter(({ bench }) => bench === 'sends');
  const window = sends.filter(({ messages, people }) => !messages && !people);
  const size = sends.filter(({ messages, people }) => messages && !people);
  const rate = single.filter(({ bench }) => bench === 'latency');
  const idle = lines.filter(({ bench }) => bench === 'idle');
  return [
    {
      title: 'Throughput',
      unit: 'messages a second',
      axis: 'messages in flight',
      series: ofRuns(window, 'inFlight', (run) => run.perSecond),
    },
    {
      title: 'Latency',
      unit: 'ms; p99, and dashed p50',
      axis: 'messages a second (open loop)',
      isTenfold: true,
      series: [
        ...ofRuns(rate, 'perSecond', (run) => run.p99),
        ...ofRuns(rate, 'perSecond', (run) => run.p50).map((series) => ({ ...series, isDashed: true })),
      ],
    },
    {
      title: 'Throughput with age',
      unit: 'messages a second, 256 in flight',
      axis: 'messages that are there already',
      series: ofRuns(size, 'messages', (run) => run.perSecond),
    },
    {
      title: 'Cost with age',
      unit: 'µs of a processor for a message, server and database',
      axis: 'messages that are there already',
      series: ofRuns(size, 'messages', (run) => run.server + run.database),
    },
    {
      title: 'Memory',
      unit: 'MB of the server beyond what it holds alone',
      axis: 'idle sockets',
      isEven: true,
      series: ofRuns(idle, 'sockets', (run, { sockets }) => (run.bytes * (sockets ?? 0)) / 1e6),
    },
    {
      title: 'Memory of a socket',
      unit: 'kB of the server for each',
      axis: 'idle sockets',
      isEven: true,
      series: ofRuns(idle, 'sockets', (run) => run.bytes / 1e3),
    },
  ];
}

type Place = 'inFlight' | 'perSecond' | 'messages' | 'sockets';

function ofRuns(lines: readonly Line[], place: Place, get: (run: Run, line: Line) => number): Series[] {
  return (Object.keys(engines) as Engine[]).map((engine) => ({
    look: engines[engine][1],
    points: lines
      .filter((line) => line.engine === engine)
      .map((line) => ({ x: line[place] ?? 0, y: spreadOf(line, (run) => get(run, line)) })),
  }));
}

function caption(lines: readonly Line[]): string {
  const dates = lines.map(({ date }) => date).sort();
  const [first, last] = [dates[0], dates.at(-1)];
  const { median, min, max } = spread(lines.map(({ roundTrip }) => roundTrip));
  const runs = [
    ...new Set(
      lines.flatMap(({ runs, seconds }) => (runs && seconds ? [`${runs.length} of ${seconds} s`] : [])),
    ),
  ];
  return `Medians and ranges; runs ${runs.join(', ')}; ${first === last ? first : `${first} to ${last}`}. A byte to another thread and back: ${median.toFixed(0)} µs (${min.toFixed(0)}–${max.toFixed(0)}).`;
}
