// The texts of the lab of the maximum.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "Shift the pattern and its map shifts along; the greatest number of the map only moves to another place. So a network that keeps just the maximum knows that the pattern is there, wherever it is. When is that true?",
    question:
      "The hook moves two columns to the right and one row down, still inside the image. What becomes of the greatest number of the map?",
    options: ["it falls", "it stays", "it rises"],
    because: (before: string, after: string) =>
      `It was ${before} and is ${after}: the same pixels meet the same weights, only elsewhere.`,
    pattern: "Pattern and filter",
    patterns: { hook: "hook", cross: "cross", slash: "slash", ring: "ring" },
    stride: "stride",
    padding: "zeros around",
    column: "pattern's column",
    row: "pattern's row",
    image: "Image",
    map: "Map",
    maxima: "Maximum for each place of the pattern",
    mover: "the pattern; drag it or use the arrow keys",
    pick: "place of the pattern, chosen by its maximum",
    place: (row: number, column: number) => `row ${row}, column ${column}`,
    mapLabel: (max: string, row: number, column: number) =>
      `The map. Its greatest number is ${max}, in row ${row}, column ${column}.`,
    maximaLabel: (best: string) =>
      `The maximum of the map for every place of the pattern; ${best} at the most. The numbers are in the table.`,
    now: "max",
    argmax: { row: "its row", column: "its column" },
    best: "best of all",
    insideNone: (count: string, best: string) =>
      `Inside the image there is no counterexample: all ${count} places give ${best}.`,
    inside: (row: string, column: string) =>
      `Counterexample inside the image: at row ${row}, column ${column} the maximum is`,
    cutOff: (row: string, column: string) =>
      `Counterexample at the border: at row ${row}, column ${column} the maximum is`,
    not: (best: string) => `not ${best}.`,
    cutOffNone: "At the border there is none.",
    show: "Show it",
    caption: "Every place of the pattern: the maximum and where it is in the map",
    columns: ["row", "column", "maximum", "its row", "its column", "inside"],
    yes: "yes",
    no: "no",
    runHint:
      "Run shifts the pattern place by place through the image and stops at the first where the maximum falls.",
    explain: [
      "With stride 1, a shift of the image by $(\\Delta x, \\Delta y)$ shifts the map by just as much: convolution is **equivariant**. The maximum forgets the place, so it is **invariant**: $\\max$ stays, $\\operatorname{argmax}$ goes along.",
      "The border breaks it: what is cut off is gone, and zeros around the image do not bring it back. A stride $s$ breaks it too: the filter looks at every $s$-th place only and may step over the pattern. Just shifts by multiples of $s$ are safe. Pooling with a stride is the same.",
      "So a real network, with its strides and borders, bears small shifts well but not exactly; that is why it is still trained on shifted images.",
    ],
    task: "Break it without the border: with the whole pattern inside the image, bring the maximum down to half of its best or less.",
  },
  ru: {
    lead: "Сдвиньте узор — карта сдвинется вместе с ним, и наибольшее число карты лишь окажется в другом месте. Сеть, которая помнит только максимум, знает, что узор есть, где бы он ни был. Когда это верно?",
    question:
      "Крюк сдвинули на два столбца вправо и на строку вниз, он всё ещё внутри картинки. Что станет с наибольшим числом карты?",
    options: ["уменьшится", "не изменится", "увеличится"],
    because: (before: string, after: string) =>
      `Было ${before}, стало ${after}: те же пиксели встречают те же веса, только в другом месте.`,
    pattern: "Узор, он же фильтр",
    patterns: { hook: "крюк", cross: "крест", slash: "косая черта", ring: "кольцо" },
    stride: "шаг фильтра",
    padding: "нули вокруг",
    column: "столбец узора",
    row: "строка узора",
    image: "Картинка",
    map: "Карта",
    maxima: "Максимум для каждого места узора",
    mover: "узор; тяните или двигайте стрелками",
    pick: "место узора, выбранное по его максимуму",
    place: (row: number, column: number) => `строка ${row}, столбец ${column}`,
    mapLabel: (max: string, row: number, column: number) =>
      `Карта. Наибольшее число ${max}, строка ${row}, столбец ${column}.`,
    maximaLabel: (best: string) =>
      `Максимум карты для каждого места узора, самое большее ${best}. Числа есть в таблице.`,
    now: "max",
    argmax: { row: "его строка", column: "его столбец" },
    best: "лучшее из всех",
    insideNone: (count: string, best: string) =>
      `Внутри картинки контрпримера нет: все места (${count}) дают ${best}.`,
    inside: (row: string, column: string) =>
      `Контрпример внутри картинки: строка ${row}, столбец ${column}, максимум`,
    cutOff: (row: string, column: string) => `Контрпример у края: строка ${row}, столбец ${column}, максимум`,
    not: (best: string) => `а не ${best}.`,
    cutOffNone: "У края контрпримера нет.",
    show: "Показать",
    caption: "Все места узора: максимум и где он на карте",
    columns: ["строка", "столбец", "максимум", "его строка", "его столбец", "внутри"],
    yes: "да",
    no: "нет",
    runHint: "Пуск ведёт узор по картинке место за местом и останавливается там, где максимум упал.",
    explain: [
      "При шаге 1 сдвиг картинки на $(\\Delta x, \\Delta y)$ сдвигает карту ровно настолько же: свёртка **эквивариантна**. Максимум забывает место, поэтому он **инвариантен**: $\\max$ не меняется, а $\\operatorname{argmax}$ едет следом.",
      "Край это ломает: что отрезано, того нет, и нули вокруг картинки его не вернут. Шаг $s$ тоже ломает: фильтр смотрит лишь на каждое $s$-е место и может перешагнуть узор. Безопасны только сдвиги, кратные $s$. С пулингом с шагом то же самое.",
      "Поэтому настоящая сеть с её шагами и краями переносит небольшие сдвиги хорошо, но не идеально; оттого её всё равно учат и на сдвинутых картинках.",
    ],
    task: "Сломайте правило, не трогая край: весь узор внутри картинки, а максимум не больше половины лучшего.",
  },
});
