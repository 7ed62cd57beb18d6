import { describe, expect, test } from 'vitest';
import { ASPECTS } from '../src/lib/layout/aspect';
import * as locate from '../src/lib/layout/locate';
import { computeLayout, type LayoutOptions } from '../src/lib/layout/rows';
import { WINDOW, elementHeight, needsRebase, positionFor } from '../src/lib/layout/scroll';
import { gapAt, pictureAt, picturesInside, spanned } from '../src/lib/layout/inside';
import { scrubberMarks, type Wording } from '../src/lib/layout/scrubber';

const options: LayoutOptions = { mode: 'justified', width: 812, target: 140, gap: 4, header: 36, footer: 72, page: 0 };

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const wording: Wording = { month: (month) => MONTHS[month] ?? '', short: (group) => group.label.slice(0, 5) };

/** Repeatable bytes that look like real aspect ratios. */
function aspects(length: number): Uint8Array {
  let seed = 7;
  return Uint8Array.from({ length }, () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return [128, 128, 115, 141, 147, 109, 0][seed % 7] as number;
  });
}

const rowWidth = (layout: ReturnType<typeof computeLayout>, row: number): number => {
  const [start, end] = [locate.startOf(layout, row), locate.endOf(layout, row)];
  let width = layout.options.gap * (end - start - 1);
  for (let index = start; index < end; index += 1) width += locate.widthOf(layout, index, locate.heightOf(layout, row));
  return width;
};

describe('aspect ratios', () => {
  test('byte 128 is square, unknown counts as square, and 32 steps double it', () => {
    expect(ASPECTS[128]).toBe(1);
    expect(ASPECTS[0]).toBe(1);
    expect(ASPECTS[160]).toBe(2);
    expect(ASPECTS[96]).toBe(0.5);
  });
});

describe('justified rows', () => {
  const counts = [24, 1, 140, 835];
  const layout = computeLayout(aspects(1000), counts, options);

  test('hold every picture exactly once, in order', () => {
    expect(locate.startOf(layout, 0)).toBe(0);
    for (let row = 0; row < layout.rowCount; row += 1) {
      expect(locate.endOf(layout, row)).toBeGreaterThan(locate.startOf(layout, row));
    }
    expect(locate.endOf(layout, layout.rowCount - 1)).toBe(1000);
  });

  test('fill the width exactly, but for the last row of a group', () => {
    const groupEnds = new Set([24, 25, 165, 1000]);
    for (let row = 0; row < layout.rowCount; row += 1) {
      if (groupEnds.has(locate.endOf(layout, row))) expect(rowWidth(layout, row)).toBeLessThanOrEqual(812.5);
      else expect(rowWidth(layout, row)).toBeCloseTo(812, 1);
    }
  });

  test('deviate by at most a quarter from the height asked for', () => {
    for (let row = 0; row < layout.rowCount; row += 1) {
      expect(locate.heightOf(layout, row)).toBeLessThanOrEqual(140 * 1.25 + 0.1);
      expect(locate.heightOf(layout, row)).toBeGreaterThan(140 * 0.7);
    }
  });

  test('never stretch the last row of a group', () => {
    const row = locate.rowOfItem(layout, 24);
    expect([locate.startOf(layout, row), locate.endOf(layout, row)]).toEqual([24, 25]);
    expect(locate.heightOf(layout, row)).toBeLessThanOrEqual(140);
  });

  test('stand below one another without overlap', () => {
    for (let row = 1; row < layout.rowCount; row += 1) {
      const above = locate.topOf(layout, row - 1) + locate.heightOf(layout, row - 1);
      expect(locate.topOf(layout, row)).toBeGreaterThanOrEqual(above + 3.9);
    }
    expect(layout.height).toBeGreaterThan(locate.topOf(layout, layout.rowCount - 1));
  });

  test('begin each group below its header', () => {
    expect([...layout.groupStart]).toEqual([0, 24, 25, 165, 1000]);
    counts.forEach((_, group) => {
      const row = locate.rowOfItem(layout, layout.groupStart[group] as number);
      expect(locate.topOf(layout, row) - (layout.groupTop[group] as number)).toBeCloseTo(36, 3);
    });
  });

  test('a picture wider than the view has its own, lower row', () => {
    const wide = computeLayout(Uint8Array.of(255, 255), [], { ...options, width: 300 });
    expect(wide.rowCount).toBe(2);
    expect(rowWidth(wide, 0)).toBeCloseTo(300, 3);
  });

  test('an empty result has no rows', () => {
    const empty = computeLayout(new Uint8Array(0), [], options);
    expect([empty.rowCount, empty.groupCount, empty.total]).toEqual([0, 0, 0]);
    expect(locate.rowsBetween(empty, 0, 900)).toEqual([0, -1]);
  });
});

describe('other layouts', () => {
  test('squares fill the width in equal cells', () => {
    const layout = computeLayout(aspects(100), [], { ...options, mode: 'square', header: 0 });
    expect(layout.columns).toBe(6);
    expect(layout.rowCount).toBe(Math.ceil(100 / 6));
    expect(rowWidth(layout, 0)).toBeCloseTo(812, 3);
  });

  test('the list has one picture per row of 24 pixels', () => {
    const layout = computeLayout(aspects(50), [], { ...options, mode: 'list', gap: 0, header: 0 });
    expect(layout.rowCount).toBe(50);
    expect(locate.topOf(layout, 49)).toBe(49 * 24);
  });
});

describe('pages', () => {
  const counts = [24, 1, 140, 835];
  const paged = computeLayout(aspects(1000), counts, { ...options, page: 100 });

  test('no row reaches into the next page', () => {
    for (let row = 0; row < paged.rowCount; row += 1) {
      const [start, end] = [locate.startOf(paged, row), locate.endOf(paged, row)];
      expect(Math.floor(start / 100)).toBe(Math.floor((end - 1) / 100));
    }
    expect(locate.endOf(paged, paged.rowCount - 1)).toBe(1000);
  });

  test('each page begins above its first row, with room for the header of its group', () => {
    expect(paged.pageTop.length).toBe(11);
    for (let page = 0; page < 10; page += 1) {
      const row = locate.rowOfItem(paged, page * 100);
      expect(locate.startOf(paged, row)).toBe(page * 100);
      expect(locate.topOf(paged, row) - (paged.pageTop[page] as number)).toBeCloseTo(36, 3);
    }
    expect(paged.pageTop[10]).toBeCloseTo(paged.height - 72, 3);
  });

  test('a result without pages is one page', () => {
    const whole = computeLayout(aspects(1000), counts, options);
    expect([...whole.pageTop]).toEqual([0, whole.height - 72]);
  });
});

describe('a rubber band and a dragged picture', () => {
  const layout = computeLayout(aspects(60), [], { ...options, mode: 'square', header: 0 });
  const side = locate.heightOf(layout, 0);

  test('touches every picture under it, whichever way it is drawn', () => {
    const area = spanned(side * 2.5, side * 1.5, side * 1.5, side * 0.5);
    expect(picturesInside(layout, area)).toEqual([1, 2, 7, 8]);
    expect(picturesInside(layout, spanned(-50, -50, -10, -10))).toEqual([]);
  });

  test('touches nothing in a gap', () => {
    expect(picturesInside(layout, spanned(side + 1, 10, side + 2, 20))).toEqual([]);
  });

  test('finds the picture at a point, or the nearest of its row', () => {
    expect(pictureAt(layout, side * 1.5, side * 0.5)).toBe(1);
    expect(pictureAt(layout, 10_000, side * 0.5)).toBe(5);
    expect(pictureAt(computeLayout(new Uint8Array(0), [], options), 5, 5)).toBe(-1);
  });

  test('is dropped before or behind the picture it is over', () => {
    const before = gapAt(layout, side + 4 + side * 0.2, 10);
    const behind = gapAt(layout, side + 4 + side * 0.8, 10);
    expect([before?.index, behind?.index]).toEqual([1, 2]);
    expect(before?.left).toBeCloseTo(side + 2, 3);
  });
});

describe('finding pictures', () => {
  const layout = computeLayout(aspects(5000), [5000], options);

  test('each picture is in the row that holds it', () => {
    for (let index = 0; index < 5000; index += 17) {
      const row = locate.rowOfItem(layout, index);
      expect(locate.startOf(layout, row)).toBeLessThanOrEqual(index);
      expect(locate.endOf(layout, row)).toBeGreaterThan(index);
    }
  });

  test('rows between two heights cover the view', () => {
    const [first, last] = locate.rowsBetween(layout, 5000, 5900);
    expect(locate.topOf(layout, first)).toBeLessThanOrEqual(5000 + 4);
    expect(locate.topOf(layout, last) + locate.heightOf(layout, last)).toBeGreaterThanOrEqual(5896);
  });

  test('down and up stay near the same column, and stop at the ends', () => {
    const down = locate.verticalNeighbour(layout, 100, 1);
    expect(locate.rowOfItem(layout, down)).toBe(locate.rowOfItem(layout, 100) + 1);
    expect(Math.abs(locate.boxOf(layout, down).left - locate.boxOf(layout, 100).left)).toBeLessThan(300);
    expect(locate.verticalNeighbour(layout, 0, -1)).toBe(0);
    expect(locate.verticalNeighbour(layout, 4999, 1)).toBe(4999);
  });
});

describe('scroll range', () => {
  test('is native where the content fits', () => {
    expect(positionFor(900, 10_000, 800)).toEqual({ base: 0, offset: 900 });
    expect(positionFor(99_999, 10_000, 800)).toEqual({ base: 0, offset: 9200 });
    expect(elementHeight(10_000)).toBe(10_000);
  });

  test('keeps the element bounded and every position exact', () => {
    const height = 250_000_000;
    expect(elementHeight(height)).toBe(WINDOW);
    for (const y of [0, 1, 2_999_999, 3_000_001, 125_000_000.5, height - 800]) {
      const { base, offset } = positionFor(y, height, 800);
      expect(base + offset).toBeCloseTo(y, 6);
      expect(offset).toBeGreaterThanOrEqual(0);
      expect(offset).toBeLessThanOrEqual(WINDOW - 800);
      expect(needsRebase({ base, offset }, height, 800)).toBe(false);
    }
  });

  test('moves its base before the element ends, and never at the ends of the content', () => {
    const height = 250_000_000;
    expect(needsRebase({ base: 50_000_000, offset: 100 }, height, 800)).toBe(true);
    expect(needsRebase({ base: 50_000_000, offset: WINDOW - 900 }, height, 800)).toBe(true);
    expect(needsRebase({ base: 0, offset: 100 }, height, 800)).toBe(false);
    expect(needsRebase({ base: height - WINDOW, offset: WINDOW - 800 }, height, 800)).toBe(false);
  });
});

describe('scrubber', () => {
  test('labels years once and keeps labels apart', () => {
    const groups = Array.from({ length: 900 }, (_, day) => {
      const key = new Date(Date.UTC(2026, 10, 21 - day)).toISOString().slice(0, 10);
      return { key, label: key, count: 10 };
    });
    const layout = computeLayout(aspects(9000), groups.map((group) => group.count), options);
    const marks = scrubberMarks(layout, groups, 800, wording);
    expect(marks.labels.map((label) => label.text)).toEqual(['2026', '2025', '2024']);
    expect(marks.ticks.length).toBeGreaterThan(50);
    expect(Math.max(...marks.ticks.map((tick) => tick.weight))).toBe(1);
  });

  test('labels months where all is of one year', () => {
    const groups = ['2026-11-20', '2026-10-03', '2026-06-01'].map((key) => ({ key, label: key, count: 300 }));
    const layout = computeLayout(aspects(900), [300, 300, 300], options);
    expect(scrubberMarks(layout, groups, 800, wording).labels.map((label) => label.text)).toEqual(['Nov', 'Oct', 'Jun']);
  });
});
