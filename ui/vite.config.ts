import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The server that `npm run dev` passes API requests on to.
const server = process.env.DTK_SERVER ?? 'http://127.0.0.1:7710';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/diffusion_toolkit/web/page',
    emptyOutDir: true,
    target: 'es2022',
    // The content policy allows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: { proxy: { '/api': { target: server, changeOrigin: true, headers: { origin: server } } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
