import { describe, expect, it } from 'vitest';
import { anotherPlace } from '../src/lib/shuffle';
import { axisOf, swipeOf } from '../src/lib/swipe';
import { fillScale, fitScale } from '../src/lib/zoom';

describe('a finger over a picture', () => {
  const view = { width: 390, height: 700 };

  it('holds to the direction it began with', () => {
    expect(axisOf(3, 3)).toBe('none');
    expect(axisOf(-20, 5)).toBe('horizontal');
    expect(axisOf(5, 20)).toBe('vertical');
  });

  it.each([
    ['horizontal', -150, 0, 900, 'next'],
    ['horizontal', 150, 0, 900, 'previous'],
    ['horizontal', -60, 10, 900, null],
    ['horizontal', -60, 10, 100, 'next'],
    ['horizontal', -10, 0, 5, null],
    ['vertical', 0, 200, 900, 'close'],
    ['vertical', 0, -200, 900, 'open'],
    ['vertical', 200, 40, 900, null],
    ['none', 300, 300, 10, null],
  ] as const)('%s %d %d in %d ms: %s', (axis, dx, dy, ms, expected) => {
    expect(swipeOf(axis, dx, dy, ms, view)).toBe(expected);
  });
});

describe('shuffle', () => {
  it('shows another picture as long as there is one', () => {
    expect(anotherPlace(3, new Set([1]), () => 0.4)).toBe(2);
    expect(anotherPlace(3, new Set([2, 0]), () => 0.99)).toBe(1);
    expect(anotherPlace(1, new Set([0]), () => 0)).toBe(0);
    expect(anotherPlace(0, new Set(), () => 0)).toBe(-1);
    expect(anotherPlace(5, new Set(), () => 1)).toBe(4);
  });
});

describe('how large a picture is drawn', () => {
  const view = { width: 1000, height: 500 };

  it('fits without enlarging, unless asked', () => {
    expect(fitScale({ width: 2000, height: 500 }, view)).toBe(0.5);
    expect(fitScale({ width: 100, height: 100 }, view)).toBe(1);
    expect(fitScale({ width: 100, height: 100 }, view, true)).toBe(5);
  });

  it('fills without a margin', () => {
    expect(fillScale({ width: 2000, height: 500 }, view)).toBe(1);
    expect(fillScale({ width: 100, height: 100 }, view)).toBe(10);
    expect(fillScale({ width: 0, height: 0 }, view)).toBe(1);
  });
});
