// One place of the filter for the reader to work out: products and sum, checked against the engine's; the first mistake
// is named with its product.
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { type CellState, NumberGrid } from "../../widgets/number-grid.tsx";
import { Prose, texNumber } from "../../widgets/tex.tsx";
import { text } from "./text.ts";
import { productTex, sumTex, type ToTex, tapOf, type Under } from "./under.ts";

type Typed = readonly (number | undefined)[];
type Text = typeof text.en;

const SLACK = 1e-4;
const isNear = (a: number | undefined, b: number): boolean =>
  a !== undefined && Math.abs(a - b) <= SLACK * Math.max(1, Math.abs(b));

/** What is to be said of these answers, and whether all is right. */
function judge(under: Under, typed: Typed, sum: number | undefined, t: Text, tex: ToTex) {
  const wrong = under.products.findIndex((product, i) => !isNear(typed[i], product));
  if (wrong >= 0) {
    const [row, column] = tapOf(under, wrong);
    const place = t.place(row + 1, column + 1);
    const given = typed[wrong];
    if (given === undefined) return { isRight: false, message: t.empty(place) };
    const formula = `${productTex(under, wrong, tex)} = ${tex(under.products[wrong]!)}`;
    return { isRight: false, message: t.wrongProduct(place, formula, `$${tex(given)}$`) };
  }
  if (sum === undefined) return { isRight: false, message: t.noSum };
  const isRight = isNear(sum, under.sum);
  const formula = sumTex(under, tex);
  return { isRight, message: isRight ? t.right(formula) : t.wrongSum(formula, `$${tex(sum)}$`) };
}

export function Answers({ onRight, ...under }: Under & { readonly onRight: () => void }) {
  const t = useText(text);
  const { locale } = usePreferences();
  const [typed, setTyped] = useState<Typed>(() => under.products.map(() => undefined));
  const [sum, setSum] = useState<number>();
  const [verdict, setVerdict] = useState<ReturnType<typeof judge>>();
  const tex: ToTex = (value, isFactor = false) => texNumber(formatNumber(value, locale), { isFactor });
  const states: CellState[] = under.products.map((product, i) =>
    verdict === undefined || typed[i] === undefined
      ? undefined
      : isNear(typed[i], product)
        ? "right"
        : "wrong",
  );
  return (
    <form
      class="by-hand-products"
      onSubmit={(event) => {
        event.preventDefault();
        const next = judge(under, typed, sum, t, tex);
        setVerdict(next);
        if (next.isRight) onRight();
      }}
    >
      <NumberGrid
        cell={3}
        values={typed}
        columns={under.filter.side}
        label={t.products}
        caption={t.products}
        cellLabel={t.productCell}
        states={states}
        onEdit={(index, value) => {
          setTyped(typed.map((old, i) => (i === index ? value : old)));
          setVerdict(undefined);
        }}
      />
      <div class="row">
        <span>{t.sum}</span>
        <NumberGrid
          values={[sum]}
          columns={1}
          cell={4}
          label={t.sum}
          cellLabel={() => t.sum}
          states={[verdict && sum !== undefined ? (isNear(sum, under.sum) ? "right" : "wrong") : undefined]}
          onEdit={(_, value) => {
            setSum(value);
            setVerdict(undefined);
          }}
        />
        <button type="submit">{t.check}</button>
      </div>
      <p class="by-hand-verdict" aria-live="polite" data-testid="verdict">
        {verdict && (
          <span class={`verdict ${verdict.isRight ? "good" : "bad"}`}>
            {verdict.isRight ? "✓ " : "✗ "}
            <Prose text={verdict.message} />
          </span>
        )}
      </p>
    </form>
  );
}
