/** Albums, plain and smart, in the person's own order; what one does with them. */
import * as places from '../api/places';
import type { Album } from '../api/places';
import type { Written } from '../api/types';
import { t } from '../lib/messages.svelte';
import { term } from '../lib/query/quote';
import { journal, type Announcement } from './journal.svelte';
import { keep, recall } from './kept';
import type { Picked } from './picked';
import { sayRefusal } from './refusals';

const isNumber = (value: unknown): value is number => typeof value === 'number';

class Albums {
  list: readonly Album[] = $state.raw([]);
  /** The server told of them. */
  known = $state(false);
  /** The album that Shift+A adds to. */
  quickId: number | null = $state(recall<number | null>('quick-album', isNumber, null));

  readonly plain = $derived(this.list.filter((album) => !album.smart));
  readonly smart = $derived(this.list.filter((album) => album.smart));
  readonly quick = $derived(this.plain.find((album) => album.id === this.quickId));

  async refresh(): Promise<void> {
    this.list = await places.albums();
    this.known = true;
  }

  query = (album: Album): string => term('album', album.name);

  useForQuick(album: Album): void {
    this.quickId = album.id;
    keep('quick-album', album.id);
  }

  /** Makes an album of pictures; throws what the server refused it with. */
  async make(name: string, picked: Picked | null): Promise<void> {
    const written = await places.makeAlbum({ name, ...(picked ? { images: picked.named } : {}) });
    const title = picked ? t('albums.made-of', { name, count: picked.count }) : t('albums.made', { name });
    await this.#wrote(title, written);
  }

  async makeSmart(name: string, query: string, sort: string): Promise<void> {
    await this.#wrote(t('albums.made', { name }), await places.makeAlbum({ name, query, sort }));
  }

  async rename(album: Album, name: string): Promise<void> {
    await this.#wrote(t('albums.renamed', { name }), await places.changeAlbum(album.id, { name }));
  }

  async changeQuery(album: Album, query: string, sort: string): Promise<void> {
    await this.#wrote(t('albums.changed', { name: album.name }), await places.changeAlbum(album.id, { query, sort }));
  }

  async setCover(album: Album, picture: number | null): Promise<void> {
    await this.#try(album, async () =>
      this.#wrote(t('albums.cover-set', { name: album.name }), await places.changeAlbum(album.id, { cover_id: picture })),
    );
  }

  async convert(album: Album): Promise<void> {
    await this.#try(album, async () =>
      this.#wrote(t('albums.converted', { name: album.name, count: album.count }), await places.convertAlbum(album.id)),
    );
  }

  async remove(album: Album): Promise<void> {
    await this.#try(album, async () => {
      const written = await places.deleteAlbum(album.id);
      this.list = this.list.filter((one) => one.id !== album.id);
      await this.#wrote(t('albums.deleted', { name: album.name }), written);
    });
  }

  /** Puts an album in front of another one; shown at once. */
  async place(album: Album, before: Album | null): Promise<void> {
    const others = this.list.filter((one) => one.id !== album.id);
    const at = before ? others.findIndex((one) => one.id === before.id) : others.length;
    const old = this.list;
    this.list = others.toSpliced(at, 0, album);
    try {
      await this.#wrote(t('albums.placed', { name: album.name }), await places.placeAlbum(album.id, before?.id ?? null), { quiet: true });
    } catch (error) {
      this.list = old;
      sayRefusal(t('albums.not-changed', { name: album.name }), error);
    }
  }

  async add(album: Album, picked: Picked): Promise<void> {
    await this.#try(album, async () => {
      const written = await places.addToAlbum(album.id, picked.named);
      this.#count(album, written.changed);
      const title = written.changed > 0 ? 'albums.added' : 'albums.already';
      await this.#wrote(t(title, { name: album.name, count: written.changed || picked.count }), written);
    });
  }

  async take(album: Album, picked: Picked): Promise<void> {
    await this.#try(album, async () => {
      const written = await places.removeFromAlbum(album.id, picked.named);
      this.#count(album, -written.changed);
      await this.#wrote(t('albums.taken', { name: album.name, count: written.changed }), written);
    });
  }

  /** Shift+A: into the quick album, or out of it where all of them are in it; the first time it is made. */
  async toggleQuick(picked: Picked): Promise<void> {
    const album = this.quick ?? this.plain.find((one) => one.name === t('albums.quick'));
    if (!album) {
      await this.#makeQuick(picked);
      return;
    }
    try {
      const holding = (await places.albumsHolding(picked.named)).find((one) => one.id === album.id);
      if (holding?.count === picked.count) await this.take(album, picked);
      else await this.add(album, picked);
    } catch (error) {
      sayRefusal(t('albums.not-changed', { name: album.name }), error);
    }
  }

  async #makeQuick(picked: Picked): Promise<void> {
    const name = t('albums.quick');
    try {
      await this.make(name, picked);
      const made = this.plain.find((album) => album.name === name);
      if (made) this.useForQuick(made);
    } catch (error) {
      sayRefusal(t('albums.not-changed', { name }), error);
    }
  }

  #count(album: Album, more: number): void {
    this.list = this.list.map((one) => (one.id === album.id ? { ...one, count: Math.max(0, one.count + more) } : one));
  }

  async #try(album: Album, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      sayRefusal(t('albums.not-changed', { name: album.name }), error);
    }
  }

  async #wrote(title: string, written: Written, more: Announcement = {}): Promise<void> {
    journal.wrote(title, written, more);
    await this.refresh();
  }
}

export const albums = new Albums();
