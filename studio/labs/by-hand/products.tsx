// The products under the filter and their sum, as the engine has them; each tells its formula.
import { usePreferences } from "../../app/preferences.tsx";
import { formatNumber } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { NumberGrid } from "../../widgets/number-grid.tsx";
import { texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { text } from "./text.ts";
import { productTex, sumTex, tapOf, type Under } from "./under.ts";

export function Products(under: Under) {
  const t = useText(text);
  const { locale } = usePreferences();
  const { products, sum, filter, x, y } = under;
  const tex = (value: number, isFactor = false): string =>
    texNumber(formatNumber(value, locale), { isFactor });
  return (
    <div class="by-hand-products">
      <NumberGrid
        cell={3}
        values={products}
        columns={filter.side}
        label={`${t.products}: ${products.join(" ")}`}
        caption={t.products}
        full={Math.max(...products.map(Math.abs))}
      />
      <p data-testid="sum">
        {products.map((product, i) => {
          const [row, column] = tapOf(under, i);
          const at = `x_{${y + row + 1},${x + column + 1}}\\,w_{${row + 1},${column + 1}}`;
          return (
            <span key={i}>
              {i > 0 && " + "}
              <Value
                value={product}
                label={t.productCell(row + 1, column + 1)}
                tex={`${at} = ${productTex(under, i, tex)} = ${tex(product)}`}
                isSigned
              />
            </span>
          );
        })}
        {" = "}
        <strong>
          <Value
            name="sum"
            value={sum}
            label={t.sum}
            tex={`\\sum_{k,l} w_{kl}\\,x_{${y + 1}+k,\\,${x + 1}+l} = ${sumTex(under, tex)}`}
          />
        </strong>
      </p>
    </div>
  );
}
