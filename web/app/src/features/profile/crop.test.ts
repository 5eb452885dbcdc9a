import { describe, expect, it } from 'vitest';
import { clampCrop, dragCrop, wholeCrop, withZoom, zoomCrop, zoomOf } from './crop.ts';

const wide = { width: 1600, height: 900 };

describe('the square cut out of a picture', () => {
  it('begins as the largest one, in the middle', () => {
    expect(wholeCrop(wide)).toEqual({ x: 800, y: 450, edge: 900 });
  });

  it('never leaves the picture', () => {
    expect(clampCrop({ x: -500, y: 5000, edge: 400 }, wide)).toEqual({ x: 200, y: 700, edge: 400 });
    expect(clampCrop({ x: 0, y: 0, edge: 9999 }, wide)).toEqual({ x: 450, y: 450, edge: 900 });
  });

  it('goes no closer than 96 pixels, or half of a smaller picture', () => {
    expect(clampCrop({ x: 800, y: 450, edge: 1 }, wide).edge).toBe(96);
    expect(clampCrop({ x: 20, y: 20, edge: 1 }, { width: 40, height: 60 }).edge).toBe(20);
  });

  it('follows a drag at the scale at which it is shown, to the edge and no further', () => {
    const crop = { x: 800, y: 450, edge: 600 };
    expect(dragCrop(crop, wide, 30, -20, 300)).toEqual({ x: 740, y: 490, edge: 600 });
    expect(dragCrop(crop, wide, 3000, 0, 300)).toEqual({ x: 300, y: 450, edge: 600 });
  });

  it('keeps what is under the pointer under it while zooming', () => {
    const crop = { x: 800, y: 450, edge: 800 };
    const at = { x: 0.25, y: 0.75 };
    const under = (one: typeof crop) => [one.x + (at.x - 0.5) * one.edge, one.y + (at.y - 0.5) * one.edge];
    const closer = zoomCrop(crop, wide, 2, at);
    expect(closer.edge).toBe(400);
    expect(under(closer)).toEqual(under(crop));
  });

  it('says its zoom from 0 to 1, and comes back from it', () => {
    const whole = wholeCrop(wide);
    expect(zoomOf(whole, wide)).toBe(0);
    expect(zoomOf(withZoom(whole, wide, 1), wide)).toBeCloseTo(1);
    expect(zoomOf(withZoom(whole, wide, 0.4), wide)).toBeCloseTo(0.4);
  });
});
