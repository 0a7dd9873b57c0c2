// The bar, turned by mouse, finger or arrow keys.
import { useRef } from "preact/hooks";
import { useText } from "../../text/use-text.ts";
import { HeatMap } from "../../widgets/heat-map.tsx";
import { ANGLE_STEP, IMAGE_SIDE } from "./geometry.ts";
import { text } from "./text.ts";

interface BarDialProps {
  readonly angle: number;
  readonly bar: readonly number[];
  readonly onTurn: (angle: number) => void;
}

/** Degrees 0 … 179 of a whole number of degrees. */
export const halfTurn = (angle: number): number => ((Math.round(angle) % 180) + 180) % 180;

export function BarDial({ angle, bar, onTurn }: BarDialProps) {
  const t = useText(text);
  const isTurned = useRef(false);
  const turnTo = (event: { clientX: number; clientY: number }, dial: HTMLElement): void => {
    const box = dial.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
    if (Math.hypot(x, y) > 4) onTurn(halfTurn((Math.atan2(-y, x) * 180) / Math.PI));
  };
  const release = (): void => {
    isTurned.current = false;
  };
  return (
    <HeatMap
      {...{ values: bar, width: IMAGE_SIDE, height: IMAGE_SIDE, size: 230, scale: "light", min: 0, max: 255 }}
      label={`${t.bar}: ${t.degrees(String(angle))}`}
      caption={t.bar}
    >
      <div
        class="cortex-dial"
        role="slider"
        tabIndex={0}
        aria-label={t.dial}
        aria-valuemin={0}
        aria-valuemax={179}
        aria-valuenow={angle}
        aria-valuetext={t.degrees(String(angle))}
        onPointerDown={(event) => {
          isTurned.current = true;
          event.currentTarget.setPointerCapture(event.pointerId);
          turnTo(event, event.currentTarget);
        }}
        onPointerMove={(event) => isTurned.current && turnTo(event, event.currentTarget)}
        onPointerUp={release}
        onPointerCancel={release}
        onKeyDown={(event) => {
          const by = { ArrowLeft: 1, ArrowUp: 1, ArrowRight: -1, ArrowDown: -1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          onTurn(halfTurn(angle + by * ANGLE_STEP * (event.shiftKey ? 3 : 1)));
        }}
      />
    </HeatMap>
  );
}
