// Many small pictures of one size on one canvas, with a common scale around zero.
import { useEffect, useRef } from "preact/hooks";
import { inTurn } from "../../app/in-turn.ts";
import { useIsDark } from "../../app/preferences.tsx";
import { type Scale, tabledColouring } from "../../widgets/palette.ts";
import type { Sheet } from "./look.ts";

interface TileSheetProps {
  readonly sheet: Pick<Sheet, "count" | "height" | "width" | "data">;
  readonly scale: Scale;
  readonly label: string;
  /** CSS pixels of one tile's longer side. */
  readonly size: number;
}

const GAP = 1;
/** A flat row of numbers is drawn as a bar of this many rows. */
const FLAT = 4;

export function TileSheet({ sheet, scale, label, size }: TileSheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useIsDark();
  const { count, width, data } = sheet;
  const isFlat = sheet.height === 1;
  const height = isFlat ? FLAT : sheet.height;
  const columns = Math.max(1, Math.min(count, 8));
  const rows = Math.ceil(count / columns);
  const [across, down] = [columns * (width + GAP) - GAP, rows * (height + GAP) - GAP];
  const draw = (): void => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    let most = 0;
    for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]!));
    const colour = tabledColouring(scale, scale === "signed" ? -most : 0, most);
    const image = context.createImageData(across, down);
    for (let tile = 0; tile < count; tile++) {
      const [left, top] = [(tile % columns) * (width + GAP), Math.floor(tile / columns) * (height + GAP)];
      for (let i = 0; i < width * height; i++) {
        const from = isFlat ? i % width : i;
        const [red, green, blue] = colour(data[tile * width * sheet.height + from]!);
        const at = ((top + Math.floor(i / width)) * across + left + (i % width)) * 4;
        image.data.set([red, green, blue, 255], at);
      }
    }
    context.putImageData(image, 0, 0);
  };
  useEffect(() => inTurn(draw), [sheet, scale, isDark]);
  const shown = isFlat ? Math.min(480, width * 6) : (across / Math.max(width, height)) * size;
  return (
    <canvas
      {...{ ref: canvas, width: across, height: down, role: "img", "aria-label": label }}
      class="pixelated room-sheet"
      style={{ width: `min(100%, ${Math.round(shown)}px)` }}
    />
  );
}
