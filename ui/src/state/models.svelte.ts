/** Models that pictures were made with, and the files below the model roots. */
import * as places from '../api/places';
import type { ModelUse } from '../api/places';
import { keep, recall } from './kept';

export type ModelOrder = 'use' | 'name' | 'rating';
const ORDERS: readonly ModelOrder[] = ['use', 'name', 'rating'];
const isOrder = (value: unknown): value is ModelOrder => ORDERS.includes(value as ModelOrder);

class Models {
  /** The most used first. */
  uses: readonly ModelUse[] = $state.raw([]);
  /** The server told of them. */
  known = $state(false);
  #order: ModelOrder = $state(recall('model-order', isOrder, 'use'));

  get order(): ModelOrder {
    return this.#order;
  }

  readonly sorted: readonly ModelUse[] = $derived.by(() => {
    const found = this.uses.filter((use) => use.images > 0);
    if (this.#order === 'name') found.sort((a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }));
    if (this.#order === 'rating') found.sort((a, b) => (b.rating ?? 0) - (a.rating ?? 0) || b.images - a.images);
    return found;
  });

  setOrder(order: ModelOrder): void {
    this.#order = order;
    keep('model-order', order);
  }

  async refresh(): Promise<void> {
    this.uses = await places.modelUses();
    this.known = true;
  }
}

export const models = new Models();
