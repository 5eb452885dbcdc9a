import { names, type Way } from '../ways.ts';
import type { Result, Setting } from './result.ts';
import type { Spread } from './statistics.ts';
import { toSvg } from './svg.ts';
import { type Summary, summarize } from './table.ts';

const LABELS = 184;
const GAP = 24;
/** The longest bar, and room beside it for its figure. */
const BARS = 84;
const FIGURE = 44;
/** The scale of the delays, and a column for their figures. */
const DELAYS = 120;
const DELAY_FIGURE = 76;
const TOP = 56;
const ROW = 36;
const BAR = 14;
/** Delays reach from a few milliseconds to a second: on a scale of tenfold steps. */
const DECADES = ['1', '10', '100', '1,000'];

interface Panel {
  title: string;
  unit: string;
  width: number;
  draw(summary: Summary, x: number, y: number): string;
}

/** Payload, CPU, delay and code of each way beside each other, as SVG. */
export function drawPlot(setting: Setting, results: readonly Result[]): string {
  const summaries = summarize(setting, results);
  const panels = [
    barPanel('On the wire', 'kB, both directions', summaries, ({ bytes }) => scale(bytes, 1 / 1000)),
    barPanel('Server', 'CPU for it, ms', summaries, ({ watchingCpuMs }) => watchingCpuMs),
    delayPanel,
    barPanel('Code', 'lines that ran', summaries, ({ updating }) => exactly(updating)),
  ];
  const width = panels.reduce((sum, panel) => sum + panel.width + GAP, LABELS - GAP);
  const bottom = TOP + summaries.length * ROW;
  const height = bottom + 24;
  const parts = summaries.map(
    ({ way }, row) =>
      `<text class="${way === 'differences' ? 'title' : ''}" x="0" y="${middle(row) + 4}">${names[way]}</text>`,
  );
  let x = LABELS;
  for (const panel of panels) {
    const { title, unit, draw } = panel;
    parts.push(`<text class="title" x="${x}" y="16">${title}</text>`);
    parts.push(`<text class="muted" x="${x}" y="33">${unit}</text>`);
    if (panel === delayPanel) parts.push(drawDecades(x, bottom));
    for (const [row, summary] of summaries.entries()) parts.push(draw(summary, x, middle(row)));
    x += panel.width + GAP;
  }
  return toSvg(
    `Payload, server CPU, delay and code of ${summaries.length} ways to update a client`,
    width,
    height,
    parts,
  );
}

/** Bars from zero, each with its median, and a whisker from the smallest to the largest run. */
function barPanel(
  title: string,
  unit: string,
  summaries: readonly Summary[],
  get: (summary: Summary) => Spread,
): Panel {
  const most = Math.max(...summaries.map((summary) => get(summary).max));
  const toX = (value: number) => (Math.max(0, value) / most) * BARS;
  return {
    title,
    unit,
    width: BARS + FIGURE,
    draw(summary, x, y) {
      const { median, min, max } = get(summary);
      const length = toX(median).toFixed(1);
      const isSpread = toX(max) - toX(min) > 2;
      return [
        `<rect class="${classOf('bar', summary.way)}" x="${x}" y="${y - BAR / 2}" width="${length}" height="${BAR}" rx="2"/>`,
        isSpread
          ? `<line class="spread" x1="${(x + toX(min)).toFixed(1)}" x2="${(x + toX(max)).toFixed(1)}" y1="${y}" y2="${y}"/>`
          : '',
        `<text class="figure" x="${(x + toX(isSpread ? max : median) + 6).toFixed(1)}" y="${y + 4}">${round(median)}</text>`,
      ].join('');
    },
  };
}

const delayPanel: Panel = {
  title: 'Sent until shown',
  unit: 'ms: median to p99',
  width: DELAYS + DELAY_FIGURE,
  draw({ shown, way }, x, y) {
    const [from, to] = [x + toDecade(shown.p50.median), x + toDecade(shown.p99.median)];
    const figure = `${round(shown.p50.median)}–${round(shown.p99.median)}`;
    return [
      `<line class="${classOf('range', way)}" x1="${from.toFixed(1)}" x2="${to.toFixed(1)}" y1="${y}" y2="${y}"/>`,
      `<circle class="${classOf('dot', way)}" cx="${from.toFixed(1)}" cy="${y}" r="5"/>`,
      `<text class="figure" x="${x + DELAYS + DELAY_FIGURE}" y="${y + 4}" text-anchor="end">${figure}</text>`,
    ].join('');
  },
};

function drawDecades(x: number, bottom: number): string {
  return DECADES.map((label, decade) => {
    const at = (x + toDecade(10 ** decade)).toFixed(1);
    return `<line class="grid" x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${bottom}"/><text class="muted" x="${at}" y="${bottom + 16}" text-anchor="middle">${label}</text>`;
  }).join('');
}

function toDecade(value: number): number {
  return (Math.log10(Math.max(1, value)) / (DECADES.length - 1)) * DELAYS;
}

function round(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function middle(row: number): number {
  return TOP + row * ROW + ROW / 2;
}

function classOf(name: string, way: Way): string {
  return way === 'differences' ? `${name} best` : name;
}

function scale({ median, min, max }: Spread, factor: number): Spread {
  return { median: median * factor, min: min * factor, max: max * factor };
}

function exactly(value: number): Spread {
  return { median: value, min: value, max: value };
}
