import { describe, expect, it } from 'vitest';
import { Zoom, type Frame } from '../src/state/zoom.svelte';

const frame: Frame = { picture: { width: 2000, height: 1000 }, view: { width: 1000, height: 1000 }, density: 2 };

describe('zoom', () => {
  it('begins with the whole picture in the middle', () => {
    const zoom = new Zoom();
    expect(zoom.scaleIn(frame)).toBe(0.5);
    expect(zoom.percentIn(frame)).toBe(100);
    expect(zoom.cornerIn(frame)).toEqual({ x: 0, y: 250 });
    expect(zoom.isPannableIn(frame)).toBe(false);
  });

  it('keeps what is at the pointer there', () => {
    const zoom = new Zoom();
    zoom.by(frame, 4, { x: 250, y: 500 });
    expect(zoom.percentIn(frame)).toBe(400);
    const { x } = zoom.cornerIn(frame);
    // A quarter of the picture was under the pointer: 500 of its pixels, two screen points each.
    expect(x + 500 * 2).toBeCloseTo(250);
  });

  it('stops at 10 and 1000 per cent', () => {
    const zoom = new Zoom();
    zoom.by(frame, 1e6);
    expect(zoom.percentIn(frame)).toBe(1000);
    zoom.by(frame, 1e-6);
    expect(zoom.percentIn(frame)).toBe(10);
  });

  it('holds its mode for a picture of another size', () => {
    const zoom = new Zoom();
    const small: Frame = { ...frame, picture: { width: 100, height: 400 } };
    expect(zoom.scaleIn(small)).toBe(1);
    zoom.use('fill');
    expect(zoom.scaleIn(frame)).toBe(1);
    expect(zoom.scaleIn(small)).toBe(10);
    zoom.use('actual');
    expect(zoom.scaleIn(small)).toBe(0.5);
    zoom.to(frame, 3);
    expect(zoom.percentIn(small)).toBe(300);
  });

  it('goes from the whole picture to its own pixels, and back', () => {
    const zoom = new Zoom();
    zoom.toggle({ ...frame, density: 1 });
    expect(zoom.mode).toBe('actual');
    zoom.toggle(frame);
    expect(zoom.mode).toBe('fit');
    zoom.by(frame, 2);
    zoom.toggle(frame);
    expect(zoom.mode).toBe('fit');
  });

  it('pans no further than the edges', () => {
    const zoom = new Zoom();
    zoom.use('fill');
    zoom.pan(frame, 1e6, 1e6);
    expect(zoom.cornerIn(frame)).toEqual({ x: 0, y: 0 });
    zoom.pan(frame, -1e6, 0);
    expect(zoom.cornerIn(frame).x).toBeCloseTo(-1000);
    zoom.pan(frame, 100, 0);
    expect(zoom.cornerIn(frame).x).toBeCloseTo(-900);
  });
});
