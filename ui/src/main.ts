import '@fontsource-variable/inter/opsz.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { begin } from './state/beginning';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no #app element.');

/** Leaves the place of a picture that cannot be had empty (base.css), where a browser draws a sign of its own. */
function tellShown(event: Event): void {
  if (event.target instanceof HTMLImageElement) event.target.toggleAttribute('data-failed', event.type === 'error');
}
document.addEventListener('error', tellShown, true);
document.addEventListener('load', tellShown, true);

void begin().then(() => mount(App, { target }));
