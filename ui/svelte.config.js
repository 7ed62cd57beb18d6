import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default {
  preprocess: vitePreprocess(),
  // Elements are copies of ones that the page itself made, not of a <template>: Chromium holds every image that was
  // copied from a <template>, and with it the tile and the row around it, for as long as the page lives.
  compilerOptions: { fragments: 'tree' },
};
