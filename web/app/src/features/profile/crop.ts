/** The arithmetic of cutting a square out of a picture. Lengths are in the picture's own pixels. */

/** The square that is kept: its centre and its edge. */
export interface Crop {
  x: number;
  y: number;
  edge: number;
}

export interface Size {
  width: number;
  height: number;
}

/** How far one can zoom in: to an edge of so many pixels, or half the picture if it is smaller than that. */
const LEAST_EDGE = 96;

/** The largest square in the picture's middle. */
export function wholeCrop({ width, height }: Size): Crop {
  return { x: width / 2, y: height / 2, edge: Math.min(width, height) };
}

/** The same crop, moved and resized as little as needed to lie inside the picture. */
export function clampCrop(crop: Crop, { width, height }: Size): Crop {
  const most = Math.min(width, height);
  const least = Math.min(LEAST_EDGE, most / 2);
  const edge = Math.min(most, Math.max(least, crop.edge));
  const within = (value: number, length: number) => Math.min(length - edge / 2, Math.max(edge / 2, value));
  return { x: within(crop.x, width), y: within(crop.y, height), edge };
}

/** The picture follows the finger: a drag by so many screen px, where the square is drawn `shown` px wide. */
export function dragCrop(crop: Crop, size: Size, dx: number, dy: number, shown: number): Crop {
  const scale = crop.edge / shown;
  return clampCrop({ ...crop, x: crop.x - dx * scale, y: crop.y - dy * scale }, size);
}

/**
 * Zooms in by `factor` (out, below 1) and keeps what is under the pointer where it is; the pointer is given as a part
 * of the square, 0 to 1.
 */
export function zoomCrop(crop: Crop, size: Size, factor: number, at = { x: 0.5, y: 0.5 }): Crop {
  const { edge } = clampCrop({ ...crop, edge: crop.edge / factor }, size);
  const shift = crop.edge - edge;
  return clampCrop({ x: crop.x + (at.x - 0.5) * shift, y: crop.y + (at.y - 0.5) * shift, edge }, size);
}

/** 0 for the whole picture, 1 for as close as it gets, for a slider; and back. */
export function zoomOf(crop: Crop, size: Size): number {
  const { edge: most } = wholeCrop(size);
  const { edge: least } = clampCrop({ ...crop, edge: 0 }, size);
  return Math.log(most / crop.edge) / Math.log(most / least);
}

export function withZoom(crop: Crop, size: Size, zoom: number): Crop {
  const { edge: most } = wholeCrop(size);
  const { edge: least } = clampCrop({ ...crop, edge: 0 }, size);
  return clampCrop({ ...crop, edge: most * (least / most) ** zoom }, size);
}
