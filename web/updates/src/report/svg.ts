const style = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1c2024; }
  .title { font-weight: 600; }
  .muted { fill: #60646c; }
  .figure { font-variant-numeric: tabular-nums; }
  .bar { fill: #b9bbc6; }
  .bar.best { fill: #5b5bd6; }
  .spread { stroke: #60646c; stroke-width: 1; }
  .range { stroke: #b9bbc6; stroke-width: 4; stroke-linecap: round; }
  .range.best { stroke: #5b5bd6; }
  .dot { fill: #60646c; }
  .dot.best { fill: #5b5bd6; }
  .dot.other { fill: #c2510a; }
  .grid { stroke: #e0e1e6; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
  .line.best { stroke: #5b5bd6; }
  .line.other { stroke: #c2510a; }
  .line.dashed { stroke-dasharray: 5 4; }
  @media (prefers-color-scheme: dark) {
    text { fill: #edeef0; }
    .muted { fill: #b0b4ba; }
    .bar { fill: #5a6169; }
    .bar.best { fill: #847ef0; }
    .spread { stroke: #b0b4ba; }
    .range { stroke: #5a6169; }
    .range.best { stroke: #847ef0; }
    .dot { fill: #b0b4ba; }
    .dot.best { fill: #847ef0; }
    .dot.other { fill: #ff9a4d; }
    .grid { stroke: #363a3f; }
    .line.best { stroke: #847ef0; }
    .line.other { stroke: #ff9a4d; }
  }`;

/** A picture of the documentation, in colours for a light and for a dark page. */
export function toSvg(title: string, width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${title}</title>
<style>${style}
</style>
${parts.join('\n')}
</svg>
`;
}
