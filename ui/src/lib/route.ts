/** The address of the page is its state: query, order, open picture, place. */

export const DEFAULT_SORT = 'date desc';

export interface Route {
  q: string;
  sort: string;
  /** Id of the picture in the viewer. */
  image: number | null;
  /** Position of the first picture in view. */
  at: number;
  /** A page that stands in the grid's place. */
  page?: PageName | undefined;
}

export const PAGES = ['prompts', 'models', 'albums', 'tags', 'history', 'settings'] as const;
export type PageName = (typeof PAGES)[number];

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

export function parseRoute(search: string): Route {
  const parameters = new URLSearchParams(search);
  return {
    q: parameters.get('q') ?? '',
    sort: parameters.get('sort')?.trim() || DEFAULT_SORT,
    image: wholeNumber(parameters.get('image')),
    at: wholeNumber(parameters.get('at')) ?? 0,
    page: PAGES.find((one) => one === parameters.get('page')),
  };
}

export function formatRoute(route: Route): string {
  const parameters = new URLSearchParams();
  if (route.q) parameters.set('q', route.q);
  if (route.sort !== DEFAULT_SORT) parameters.set('sort', route.sort);
  if (route.image !== null) parameters.set('image', String(route.image));
  if (route.at > 0) parameters.set('at', String(route.at));
  if (route.page) parameters.set('page', route.page);
  const text = parameters.toString();
  return text ? `/?${text}` : '/';
}

export const sameView = (a: Route, b: Route): boolean => a.q === b.q && a.sort === b.sort;
