/** On a phone, Back closes the drawer or sheet that lies on top before it leaves the page. */
import { compare } from './compare.svelte';
import { view } from './view.svelte';

/** Time for a search to write the address, when a choice in the layer closed it. */
const REST_MS = 400;

/** An entry of a layer carries its address: what is written on top of it copies the state, but has another one. */
const isLayer = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && 'layer' in state && state.layer === location.href;

class Layers {
  #timer: number | undefined;
  readonly #open = $derived(view.phone && (view.moreShown || view.drawer !== 'none' || compare.isOpen));

  start(): void {
    addEventListener('popstate', (event) => this.#popped(event));
    $effect.root(() => {
      $effect(() => {
        clearTimeout(this.#timer);
        if (this.#open) {
          if (!isLayer(history.state)) history.pushState({ ...(history.state as object | null), layer: location.href }, '', location.href);
        } else if (isLayer(history.state)) {
          // Closed by other means than Back: its entry goes, unless a new address stands on it.
          this.#timer = window.setTimeout(() => isLayer(history.state) && history.back(), REST_MS);
        }
      });
    });
  }

  #popped(event: PopStateEvent): void {
    if (isLayer(event.state)) {
      if (!this.#open) history.back(); // an entry of a layer that is closed long since
      return;
    }
    if (view.phone && compare.isOpen) compare.close();
    view.moreShown = false;
    if (view.phone) view.drawer = 'none';
  }
}

export const layers = new Layers();
