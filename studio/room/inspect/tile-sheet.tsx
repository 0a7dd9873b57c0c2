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
const MOST_COLUMNS = 8;
/** CSS pixels beside the sheet on a narrow screen. */
const MARGINS = 64;

/** The page's width, asked for once until it changes: to answer, the browser lays the page out as it is so far. */
let known: number | undefined;
addEventListener("resize", () => {
  known = undefined;
});
function pageWidth(): number {
  known ??= document.documentElement.clientWidth;
  return known;
}

/** How a sheet is laid out: pixels of a tile, tiles in a row, and CSS pixels of its whole width. */
interface Layout {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly shown: number;
}

/** So many numbers stand in a row. */
const FEW = 16;

function layoutOf({ count, height, width }: TileSheetProps["sheet"], size: number): Layout {
  // A list of numbers has no shape of its own: few are a row, many about a square.
  if (height === 1 && count === 1) {
    const side = width <= FEW ? width : Math.ceil(Math.sqrt(width));
    const pixel = width <= FEW ? 18 : width <= FEW ** 2 ? 8 : 4;
    return { width: side, height: Math.ceil(width / side), columns: 1, shown: side * pixel };
  }
  const fitting = Math.floor((pageWidth() - MARGINS) / size);
  const columns = Math.max(1, Math.min(count, fitting, MOST_COLUMNS));
  const across = columns * (width + GAP) - GAP;
  return { width, height, columns, shown: (across / Math.max(width, height)) * size };
}

export function TileSheet({ sheet, scale, label, size }: TileSheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useIsDark();
  const { count, data } = sheet;
  const { width, height, columns, shown } = layoutOf(sheet, size);
  const rows = Math.ceil(count / columns);
  const [across, down] = [columns * (width + GAP) - GAP, rows * (height + GAP) - GAP];
  const draw = (): void => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    let most = 0;
    for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]!));
    const colour = tabledColouring(scale, scale === "signed" ? -most : 0, most);
    const image = context.createImageData(across, down);
    const pixels = sheet.width * sheet.height;
    for (let i = 0; i < count * pixels; i++) {
      const [tile, pixel] = [Math.floor(i / pixels), i % pixels];
      const left = (tile % columns) * (width + GAP) + (pixel % width);
      const top = Math.floor(tile / columns) * (height + GAP) + Math.floor(pixel / width);
      const [red, green, blue] = colour(data[i]!);
      image.data.set([red, green, blue, 255], (top * across + left) * 4);
    }
    context.putImageData(image, 0, 0);
  };
  useEffect(() => inTurn(draw), [sheet, scale, isDark, columns]);
  return (
    <canvas
      {...{ ref: canvas, width: across, height: down, role: "img", "aria-label": label }}
      class="pixelated room-sheet"
      style={{ width: `min(100%, ${Math.round(shown)}px)` }}
    />
  );
}
