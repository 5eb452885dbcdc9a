import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const files = ['data.json', 'messages.json'];

/**
 * Serves the emoji picker's data under /emoji/{language}/ from our own origin: the page's content policy lets it
 * ask nobody else.
 */
export function emojiData(languages: string[]): Plugin {
  const read = (path: string) => readFileSync(require.resolve(`emojibase-data/${path}`));
  const paths = languages.flatMap((language) => files.map((file) => `${language}/${file}`));
  return {
    name: 'emoji-data',
    configureServer(server) {
      server.middlewares.use('/emoji', (request, response, next) => {
        const path = request.url?.slice(1).split('?')[0] ?? '';
        if (!paths.includes(path)) return next();
        response.setHeader('Content-Type', 'application/json');
        response.end(read(path));
      });
    },
    generateBundle() {
      for (const path of paths) {
        this.emitFile({ type: 'asset', fileName: `emoji/${path}`, source: read(path) });
      }
    },
  };
}
