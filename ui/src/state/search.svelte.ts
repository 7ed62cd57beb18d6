/** The search field: its text, what is offered under it, and what it asks for. */
import * as queries from '../api/queries';
import type { SavedQuery } from '../api/queries';
import { quietly } from '../api/quietly';
import { accept, completionOffers, inOrder, recentOffer, savedOffer, wordOffers, type Offer } from '../lib/query/offers';
import { toPoints } from '../lib/query/position';
import { fieldAt, termAt } from '../lib/query/terms';
import { termsOf } from '../lib/query/tokens';
import { address } from './address.svelte';
import { result } from './result.svelte';
import { searchHistory } from './searchHistory.svelte';
import { searchLanguage } from './searchLanguage.svelte';

const TYPING_MS = 250;
/** Errors wait a little longer than results: half a word is no mistake yet. */
const ERROR_MS = 600;
const OFFER_MS = 60;
const MOST_OFFERS = 10;
const MOST_WORDS = 3;
const MOST_RECENT = 5;

export const FIELD_ID = 'search-field';

const field = (): HTMLInputElement | null => document.getElementById(FIELD_ID) as HTMLInputElement | null;

class Search {
  draft = $state(result.q);
  caret = $state(0);
  focused = $state(false);
  errorShown = $state(false);
  /** The list under the field. */
  listed = $state(false);
  /** The list shows what the language can do instead. */
  syntax = $state(false);
  offers: Offer[] = $state.raw([]);
  active = $state(0);
  /** The arrows chose an offer, so that Enter takes it. */
  chosen = $state(false);
  /** The dialog that keeps this search. */
  saving = $state<'no' | 'search' | 'album'>('no');
  /** What was typed of the value or word that is completed. */
  typed = $state('');
  /** Somebody has typed since the field has the focus; Tab only goes through it until then. */
  #writing = $state(false);
  /** What this field itself asked for last. */
  #asked = result.q;
  #timer: number | undefined;
  #errorTimer: number | undefined;
  #offerTimer: number | undefined;
  #request: AbortController | null = null;
  #saved: SavedQuery[] = [];

  readonly terms = $derived(termsOf(this.draft));
  readonly open = $derived(this.focused && this.listed && (this.offers.length > 0 || this.syntax));
  /** An offer is marked: Tab takes it. */
  readonly highlighted = $derived(this.chosen || (this.#writing && this.typed.replaceAll('"', '').trim() !== ''));
  /** The field whose value is typed, else the one of the chosen offer. */
  readonly explained = $derived.by(() => {
    const offer = this.highlighted ? this.offers[this.active] : undefined;
    if (offer?.group === 'fields') return searchLanguage.find(offer.label);
    const name = fieldAt(this.terms, this.caret);
    return name === null ? null : searchLanguage.find(name);
  });

  /** Another part of the page, or Back, changed the query: the field follows unless it asked for that itself. */
  follow(q: string): void {
    if (q === this.#asked) return;
    this.#asked = q;
    this.draft = q;
    this.caret = q.length;
    this.errorShown = false;
  }

  /** The address holds a query that was refused: one sees it, and why. */
  followRefused(q: string): void {
    if (q === this.#asked) return;
    this.#asked = q;
    this.draft = q;
    this.errorShown = true;
  }

  edited(): void {
    this.#writing = true;
    this.errorShown = false;
    this.syntax = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#errorTimer);
    this.#timer = window.setTimeout(() => void this.#run(true), TYPING_MS);
    this.moved();
  }

  /** The caret stands somewhere else: other offers. */
  moved(): void {
    const input = field();
    this.caret = input?.selectionStart ?? this.draft.length;
    this.listed = true;
    clearTimeout(this.#offerTimer);
    this.#offerTimer = window.setTimeout(() => void this.#offer(), OFFER_MS);
  }

  enter(): void {
    this.focused = true;
    this.#writing = false;
    void searchLanguage.load();
    void this.#loadSaved();
    this.moved();
  }

  leave(): void {
    this.focused = false;
    this.listed = false;
    this.syntax = false;
    clearTimeout(this.#offerTimer);
  }

  /** Searches for what is typed, now. */
  async submit(): Promise<void> {
    this.listed = false;
    if (await this.#run(false)) searchHistory.add(this.draft, result.total);
  }

  /** Writes another query, searches for it, and leaves the caret in the field. */
  replace(text: string, sort = address.route.sort): void {
    this.draft = text;
    this.errorShown = false;
    this.focusAt(text.length);
    this.listed = false;
    void this.#run(false, sort).then((good) => good && searchHistory.add(text, result.total));
  }

  /** Puts the caret into the field. */
  focusAt(place: number): void {
    const input = field();
    if (!input) return;
    input.focus();
    requestAnimationFrame(() => {
      input.setSelectionRange(place, place);
      this.caret = place;
    });
  }

  /** Takes what the field last showed back. */
  revert(): void {
    clearTimeout(this.#timer);
    this.draft = result.q;
    this.errorShown = false;
  }

  step(by: number): void {
    if (this.offers.length === 0) return;
    if (!this.open) this.listed = true;
    else this.active = (this.active + (this.highlighted || by < 0 ? by : 0) + this.offers.length) % this.offers.length;
    this.chosen = true;
  }

  /** Writes an offer into the field. */
  take(offer: Offer): void {
    if (offer.group === 'recent' || offer.group === 'saved') {
      this.replace(offer.text, offer.sort ?? undefined);
      return;
    }
    const { query, caret } = accept(this.draft, offer);
    this.draft = query;
    this.chosen = false;
    this.focusAt(caret);
    requestAnimationFrame(() => {
      this.edited();
      this.#writing = false;
    });
  }

  forget(offer: Offer): void {
    searchHistory.forget(offer.text);
    this.offers = this.offers.filter((one) => one !== offer);
    this.active = Math.min(this.active, Math.max(0, this.offers.length - 1));
  }

  showSyntax(): void {
    if (!this.focused) this.focusAt(this.draft.length);
    this.syntax = !this.syntax;
    this.listed = true;
  }

  async #run(typing: boolean, sort = address.route.sort): Promise<boolean> {
    clearTimeout(this.#timer);
    const text = this.draft.trim();
    if (typing && text === result.q) return true;
    this.#asked = text;
    const good = await address.search(text, sort, { typing });
    if (good) result.error = null;
    clearTimeout(this.#errorTimer);
    if (!typing) this.errorShown = !good;
    else if (!good) this.#errorTimer = window.setTimeout(() => (this.errorShown = true), ERROR_MS);
    return good;
  }

  async #loadSaved(): Promise<void> {
    this.#saved = (await quietly(queries.savedQueries())) ?? this.#saved;
  }

  async #offer(): Promise<void> {
    this.#request?.abort();
    const request = (this.#request = new AbortController());
    const { draft, caret } = this;
    const options = { signal: request.signal };
    const answer = await quietly(queries.complete(draft, toPoints(draft, caret), MOST_OFFERS, options), options.signal);
    if (!answer || request.signal.aborted) return;
    const found = completionOffers(draft, answer);
    const typed = draft.slice(found[0]?.start ?? caret, caret);
    const words = await this.#words(found, typed, options);
    if (request.signal.aborted || !this.focused) return;
    this.typed = typed;
    this.offers = inOrder([...found, ...words, ...this.#known()], draft.trim() === '');
    this.active = 0;
    this.chosen = false;
  }

  /** Where a value of a field is typed, the same letters as words of a prompt. */
  async #words(found: readonly Offer[], typed: string, options: { signal: AbortSignal }): Promise<Offer[]> {
    const term = termAt(this.terms, this.caret);
    const word = typed.replaceAll('"', '').trim();
    if (!term || word.length < 2 || found.some((one) => one.group !== 'values')) return [];
    const answer = await quietly(queries.complete(word, [...word].length, MOST_OFFERS, options), options.signal);
    return answer ? wordOffers(answer, term.start, term.end, MOST_WORDS) : [];
  }

  /** Saved and earlier searches that hold what is typed. */
  #known(): Offer[] {
    const { draft } = this;
    const term = termAt(this.terms, this.caret);
    const wanted = (term ? draft.slice(term.start, term.end) : '').toLowerCase();
    const saved = this.#saved.filter((one) => one.name.toLowerCase().includes(wanted)).slice(0, MOST_WORDS);
    const recent = searchHistory.matching(draft.trim() ? wanted || draft : '', draft.trim() ? MOST_WORDS : MOST_RECENT);
    return [...saved.map((one) => savedOffer(one, draft.length)), ...recent.map(({ q, count }) => recentOffer(q, count, draft.length))];
  }
}

export const search = new Search();
