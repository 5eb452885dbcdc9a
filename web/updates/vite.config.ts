import { defineConfig } from 'vitest/config';

export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist',
    target: 'node20',
    // What ran is told in lines of the sources.
    sourcemap: true,
    rolldownOptions: {
      input: {
        main: 'src/main.ts',
        observer: 'src/observer/observer.ts',
        performance: 'src/performance/main.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
  // Built in, so that there is one program to run and to look into.
  ssr: { noExternal: ['@parley/client'] },
  test: { include: ['src/**/*.test.ts'], testTimeout: 30_000 },
});
