// The look of a report, light and dark as the reader's system is. Everything is in the page: it loads nothing.

/** Style sheet of the page; shade-0 to shade-9 are the cells of a matrix from none to all. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #fff; --line: #dde2e8; --first: #0b66c3; --second: #b3541e; --good: #0b66c3; --bad: #b3541e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #9ba7b6; --paper: #14181e; --line: #333b46; --first: #6db3ff; --second: #f2a071; --good: #6db3ff; --bad: #f2a071; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
p, figcaption, .legend, dt, caption { color: var(--soft); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1rem 0; padding: 0; list-style: none; }
.figures b { display: block; font-size: 1.8rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; } svg { width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 12px; }
.grid { stroke: var(--line); } polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
polyline.faint { stroke: var(--first); stroke-width: 1; opacity: 0.4; } polyline.first { stroke: var(--first); } polyline.second { stroke: var(--second); stroke-dasharray: 6 3; }
circle.first { fill: var(--first); } circle.second { fill: var(--second); } circle.faint { fill: var(--first); opacity: 0.4; }
.legend { display: flex; gap: 1.5rem; margin: 0; padding: 0; list-style: none; font-size: 0.85rem; }
.legend li::before { content: ""; display: inline-block; width: 1.4em; margin-right: 0.4em; vertical-align: middle; border-top: 2px solid; }
.legend .first::before { border-color: var(--first); } .legend .second::before { border-color: var(--second); border-top-style: dashed; } .legend .faint::before { border-color: var(--first); opacity: 0.4; border-top-width: 1px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; } caption { text-align: left; padding-bottom: 0.4rem; }
th, td { padding: 0.2rem 0.6rem; text-align: right; font-weight: normal; border-bottom: 1px solid var(--line); } th { color: var(--soft); } .text { text-align: left; }
.scroll { overflow-x: auto; }
.matrix td { min-width: 2rem; border: 1px solid var(--paper); text-align: center; }
${Array.from({ length: 10 }, (_, i) => shade(i)).join("\n")}
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(7.5rem, 1fr)); gap: 1rem; padding: 0; list-style: none; }
.mistakes img { width: 100%; image-rendering: pixelated; border: 1px solid var(--line); } .mistakes span { display: block; font-size: 0.85rem; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.5rem; } dd { margin: 0; overflow-wrap: anywhere; }
`;

/** Right answers lie on the diagonal and are of another colour than mistakes. */
function shade(i: number): string {
  const part = i === 0 ? 0 : 10 + 8 * i;
  const mix = (colour: string) => `color-mix(in srgb, var(--${colour}) ${part}%, var(--paper))`;
  const text = i > 5 ? " color: var(--paper);" : "";
  return `.matrix .shade-${i} { background: ${mix("bad")};${text} } .matrix .right.shade-${i} { background: ${mix("good")};${text} }`;
}
