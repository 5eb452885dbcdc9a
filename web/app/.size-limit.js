import { readFileSync } from 'node:fs';

const root = '../../src/Parley.Server/wwwroot';
const page = readFileSync(new URL(`${root}/index.html`, import.meta.url), 'utf8');

/** What the page itself asks for, by the end of its name: the first load. */
const asked = (ending) =>
  [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)]
    .map(([, path]) => path)
    .filter((path) => path.endsWith(ending))
    .map((path) => `${root}/${path}`);

export default [
  { name: 'JavaScript of the first load', path: asked('.js'), limit: '140 kB', gzip: true },
  { name: 'CSS of the first load', path: asked('.css'), limit: '15 kB', gzip: true },
];
