// A matrix as a picture: one square a number. What the colours say stands in the label and in the lab's table too.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { inTurn } from "../app/in-turn.ts";
import { useIsDark } from "../app/preferences.tsx";
import { type Rgb, type Scale, tabledColouring } from "./palette.ts";

export interface HeatMapProps {
  /** Row by row; height · width numbers. */
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly scale: Scale;
  /** Bounds of the scale; those of the values if left out. */
  readonly min?: number;
  readonly max?: number;
  /** Width of the picture in CSS pixels. */
  readonly size?: number;
  /** What is seen, for those who do not see it. */
  readonly label: string;
  /** A cell to frame: its column and row, its width and height in cells. */
  readonly frame?:
    | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
    | undefined;
  readonly caption?: string;
  /** Laid over the picture: a CellMover. */
  readonly children?: ComponentChildren;
}

function boundsOf(values: ArrayLike<number>): [number, number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : [0, 1];
}

/** Writes a colour for each value. */
function paint(pixels: Uint8ClampedArray, values: ArrayLike<number>, colour: (value: number) => Rgb): void {
  for (let i = 0; i * 4 < pixels.length; i++) {
    const rgb = colour(values[i]!);
    pixels[i * 4] = rgb[0];
    pixels[i * 4 + 1] = rgb[1];
    pixels[i * 4 + 2] = rgb[2];
    pixels[i * 4 + 3] = 255;
  }
}

export function HeatMap(props: HeatMapProps) {
  const { values, width, height, scale, size = 196, label, frame, caption } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useIsDark();
  const draw = (): void => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const [low, high] = boundsOf(values);
    const image = context.createImageData(width, height);
    paint(image.data, values, tabledColouring(scale, props.min ?? low, props.max ?? high));
    context.putImageData(image, 0, 0);
  };
  useEffect(() => inTurn(draw), [values, width, height, scale, props.min, props.max, isDark]);
  const box = frame && {
    left: `${(100 * frame.x) / width}%`,
    top: `${(100 * frame.y) / height}%`,
    width: `${(100 * frame.width) / width}%`,
    height: `${(100 * frame.height) / height}%`,
  };
  return (
    <figure class="figure heat-map" style={{ width: `min(100%, ${size}px)` }}>
      <div class="heat-map-box">
        <canvas ref={canvas} class="pixelated" width={width} height={height} role="img" aria-label={label} />
        {box && <span class="heat-map-frame" style={box} />}
        {props.children}
      </div>
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}
