import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { emojiData } from './vite-emoji-data.ts';

const server = process.env.PARLEY ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), emojiData(['en', 'zh'])],
  build: {
    outDir: '../../src/Parley.Server/wwwroot',
    emptyOutDir: true,
    // The page's content policy allows nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/health': { target: server },
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'] },
});
