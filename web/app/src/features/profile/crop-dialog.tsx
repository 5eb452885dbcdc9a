import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { type Crop, dragCrop, wholeCrop, withZoom, zoomCrop, zoomOf } from './crop.ts';
import styles from './crop-dialog.module.css';

/** The edge of what is uploaded; the server makes the smaller ones. */
const OUTPUT = 1024;
const STEP_PX = 12;

interface Props {
  picture: ImageBitmap;
  onClose: () => void;
  onCropped: (blob: Blob) => Promise<void>;
}

/** Cuts the square out of a picture that becomes the profile photo. */
export default function CropDialog({ picture, onClose, onCropped }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const [crop, setCrop] = useState<Crop>(() => wholeCrop(picture));
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    if (!canvas.current) return;
    const edge = Math.round(canvas.current.clientWidth * devicePixelRatio);
    draw(canvas.current, picture, crop, edge);
  }, [picture, crop]);

  // React listens to wheels passively, and the page behind must not scroll.
  useEffect(() => {
    const area = canvas.current;
    if (!area) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const at = partOf(area, event.clientX, event.clientY);
      setCrop((now) => zoomCrop(now, picture, Math.exp(-event.deltaY / 400), at));
    };
    area.addEventListener('wheel', onWheel, { passive: false });
    return () => area.removeEventListener('wheel', onWheel);
  }, [picture]);

  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    const held = pointers.current;
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    held.set(event.pointerId, now);
    const area = event.currentTarget;
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const factor = distance(now, other) / Math.max(1, distance(before, other));
      const at = partOf(area, (now.x + other.x) / 2, (now.y + other.y) / 2);
      setCrop((crop) => zoomCrop(crop, picture, factor, at));
    } else {
      setCrop((crop) => dragCrop(crop, picture, now.x - before.x, now.y - before.y, area.clientWidth));
    }
  };

  const onPointerUp = (event: PointerEvent<HTMLCanvasElement>) => pointers.current.delete(event.pointerId);

  const onKeyDown = (event: KeyboardEvent<HTMLCanvasElement>) => {
    const shown = event.currentTarget.clientWidth;
    const moves: Record<string, (crop: Crop) => Crop> = {
      ArrowLeft: (crop) => dragCrop(crop, picture, STEP_PX, 0, shown),
      ArrowRight: (crop) => dragCrop(crop, picture, -STEP_PX, 0, shown),
      ArrowUp: (crop) => dragCrop(crop, picture, 0, STEP_PX, shown),
      ArrowDown: (crop) => dragCrop(crop, picture, 0, -STEP_PX, shown),
      '+': (crop) => zoomCrop(crop, picture, 1.1),
      '=': (crop) => zoomCrop(crop, picture, 1.1),
      '-': (crop) => zoomCrop(crop, picture, 1 / 1.1),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    if (!move) return;
    event.preventDefault();
    setCrop(move);
  };

  const save = async () => {
    setBusy(true);
    const output = document.createElement('canvas');
    draw(output, picture, crop, Math.min(OUTPUT, Math.round(crop.edge)));
    const blob = await new Promise<Blob | null>((resolve) => output.toBlob(resolve, 'image/jpeg', 0.92));
    if (blob) await onCropped(blob);
    setBusy(false);
  };

  return (
    <Dialog
      title="Your photo"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="accent" isBusy={isBusy} onClick={save}>
            Save photo
          </Button>
        </>
      }
    >
      <div className={styles.area}>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the keys that move the picture are its own. */}
        <canvas
          ref={canvas}
          className={styles.canvas}
          tabIndex={0}
          role="application"
          aria-label="Drag the picture, or move it with the arrow keys; plus and minus zoom."
          onPointerDown={onPointerDown}
          onPointerMove={onPointerMove}
          onPointerUp={onPointerUp}
          onPointerCancel={onPointerUp}
          onKeyDown={onKeyDown}
        />
        <div className={styles.ring} />
      </div>
      <label className={styles.zoom}>
        Zoom
        <input
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={zoomOf(crop, picture)}
          onChange={(event) => setCrop(withZoom(crop, picture, Number(event.target.value)))}
        />
      </label>
    </Dialog>
  );
}

function draw(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop, edge: number): void {
  canvas.width = edge;
  canvas.height = edge;
  const context = canvas.getContext('2d');
  if (!context) return;
  // JPEG knows no transparency.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, edge, edge);
  context.imageSmoothingQuality = 'high';
  const half = crop.edge / 2;
  context.drawImage(picture, crop.x - half, crop.y - half, crop.edge, crop.edge, 0, 0, edge, edge);
}

function partOf(area: HTMLElement, x: number, y: number): { x: number; y: number } {
  const box = area.getBoundingClientRect();
  return { x: (x - box.x) / box.width, y: (y - box.y) / box.height };
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
