// An image of the data set as it is: grey or in colours.
import { useEffect, useRef } from "preact/hooks";
import { inTurn } from "../../app/in-turn.ts";
import type { Picture } from "./look.ts";

interface PhotoProps {
  readonly picture: Picture;
  /** None where what stands beside it says the same. */
  readonly label?: string;
  /** CSS pixels of its width. */
  readonly size: number;
}

export function Photo({ picture, label, size }: PhotoProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shape, pixels } = picture;
  const [channels, height, width] = shape;
  const draw = (): void => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(width, height);
    const plane = width * height;
    for (let i = 0; i < plane; i++) {
      const part = (channel: number): number => pixels[(channels === 3 ? channel : 0) * plane + i]!;
      image.data.set([part(0), part(1), part(2), 255], i * 4);
    }
    context.putImageData(image, 0, 0);
  };
  useEffect(() => inTurn(draw), [pixels]);
  return (
    <canvas
      {...{ ref: canvas, width, height }}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
      class="pixelated"
      style={{ width: `${size}px` }}
    />
  );
}
