import type { Spread } from '../report/statistics.ts';

export const WIDTH = 400;
export const HEIGHT = 236;
/** Room for the figures beside the scale, the title above it and the figures below it. */
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 16, 48, 40];
/** So much room the label of a figure takes below the scale. */
const LABEL = 28;
const [RIGHT_END, BOTTOM_END] = [WIDTH - RIGHT, HEIGHT - BOTTOM];

export interface Series {
  look: 'best' | 'other';
  isDashed?: boolean;
  points: { x: number; y: Spread }[];
}

export interface Chart {
  title: string;
  /** What its height says, and its width. */
  unit: string;
  axis: string;
  /** Steps of the height are tenfold, not even. */
  isTenfold?: boolean;
  /** Steps of the width are even, not manifold. */
  isEven?: boolean;
  series: Series[];
}

/** One chart of lines, each point with a whisker from the smallest to the largest run. */
export function drawChart(chart: Chart, left: number, top: number): string {
  const points = chart.series.flatMap((series) => series.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const ticks = chart.isTenfold
    ? tenfold(points.map(({ y }) => y))
    : even(Math.max(0, ...points.map(({ y }) => y.max)));
  const toX = scale(chart.isEven ? 0 : (xs[0] ?? 1), xs.at(-1) ?? 1, LEFT + 12, RIGHT_END, !chart.isEven);
  const toY = scale(ticks[0] ?? 0, ticks.at(-1) ?? 1, BOTTOM_END, TOP, chart.isTenfold === true);
  const labelled = xs.filter((x, index) => toX(xs[index + 1] ?? Number.POSITIVE_INFINITY) - toX(x) >= LABEL);
  return [
    `<g transform="translate(${left} ${top})">`,
    `<text class="title" x="0" y="14">${chart.title}</text><text class="muted" x="0" y="31">${chart.unit}</text>`,
    ...ticks.map((y) => {
      const at = toY(y);
      return `<line class="grid" x1="${LEFT}" x2="${RIGHT_END}" y1="${at}" y2="${at}"/><text class="muted figure" x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${y.toLocaleString('en')}</text>`;
    }),
    ...labelled.map(
      (x) =>
        `<text class="muted figure" x="${toX(x)}" y="${BOTTOM_END + 17}" text-anchor="middle">${x.toLocaleString('en', { notation: 'compact' })}</text>`,
    ),
    `<text class="muted" x="${RIGHT_END}" y="${BOTTOM_END + 33}" text-anchor="end">${chart.axis}</text>`,
    ...chart.series.map((series) => drawSeries(series, toX, toY)),
    '</g>',
  ].join('\n');
}

function drawSeries(
  { look, isDashed, points }: Series,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  const sorted = points.toSorted((a, b) => a.x - b.x);
  const path = sorted.map(({ x, y }) => `${toX(x)},${toY(y.median)}`).join(' ');
  return [
    `<polyline class="line ${look}${isDashed ? ' dashed' : ''}" points="${path}"/>`,
    ...sorted.map(({ x, y }) => {
      const at = toX(x);
      return `<line class="spread" x1="${at}" x2="${at}" y1="${toY(y.min)}" y2="${toY(y.max)}"/><circle class="dot ${look}" cx="${at}" cy="${toY(y.median)}" r="3"/>`;
    }),
  ].join('');
}

/** From values to tenths of a pixel. */
function scale(
  from: number,
  to: number,
  start: number,
  end: number,
  isManifold: boolean,
): (value: number) => number {
  const bend = isManifold ? Math.log : (value: number) => value;
  const length = bend(to) - bend(from) || 1;
  return (value) => Math.round(10 * (start + ((bend(value) - bend(from)) / length) * (end - start))) / 10;
}

/** Four to eight even steps from nothing to the largest value or a little more. */
function even(max: number): number[] {
  const rough = (max || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([5, 2].find((factor) => factor * power <= rough) ?? 1);
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, index) => index * step);
}

function tenfold(values: readonly Spread[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values.map(({ min }) => min))));
  const last = Math.ceil(Math.log10(Math.max(...values.map(({ max }) => max))));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}
