/** Chance for slideshows. */

/** A place among `total`, none of `recent` where there is another one left. */
export function anotherPlace(total: number, recent: ReadonlySet<number>, random: () => number = Math.random): number {
  if (total <= 0) return -1;
  const start = Math.min(total - 1, Math.floor(random() * total));
  for (let by = 0; by < Math.min(total, recent.size + 1); by += 1) {
    const place = (start + by) % total;
    if (!recent.has(place)) return place;
  }
  return start;
}
