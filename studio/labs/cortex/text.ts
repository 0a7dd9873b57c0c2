// The texts of the lab of the visual cortex and the first layer.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "In 1959 Hubel and Wiesel showed bars of light to a cat and listened to single cells of its visual cortex: a cell fired when the bar lay in its direction, and fell silent when it was turned. Here the cat is a network trained on digits, and the cells are the filters of its first layer. Turn the bar.",
    question:
      "The filters begin as small random numbers. Nobody tells the network anything about directions, only which digit it sees. How choosy about the bar's direction are the filters after training?",
    options: ["less than random ones", "about the same", "more than random ones"],
    because: (before: string, after: string) =>
      `The mean selectivity was ${before} before training and is ${after} now.`,
    trained: (epochs: string, accuracy: string) =>
      `After ${epochs} passes over 1000 digits: ${accuracy} of them read right during the last.`,
    untrained: "Not trained yet: all filters are random.",
    working: "Training…",
    bar: "The bar",
    dial: "direction of the bar; drag it or use the arrow keys",
    degrees: (angle: string) => `${angle}°`,
    angle: "bar's direction, degrees",
    filter: (i: number) => `filter ${i}`,
    filters: "Filters: their weights, and how strongly they answer to this bar",
    weights: "weights",
    answer: "answer to this bar",
    tuning: (i: string) => `Tuning curve of filter ${i}`,
    curve: (i: string, preferred: string) =>
      `The answer of filter ${i} to bars of all directions, greatest at ${preferred}°. Dashed: before training.`,
    xLabel: "direction, degrees",
    yLabel: "answer",
    cursor: "direction of the bar on the curve",
    after: "trained",
    before: "before training",
    selectivity: "selectivity",
    preferred: "best direction",
    caption: "How each filter answers to bars",
    columns: [
      "filter",
      "selectivity before",
      "selectivity",
      "best direction",
      "greatest answer",
      "answer to this bar",
    ],
    explain: [
      "The **answer** is what the bar adds to $\\max \\operatorname{relu}(w \\star x + b)$ over all places, compared with a black image. The **selectivity** is $\\bigl|\\sum_\\theta R(\\theta)\\,e^{2i\\theta}\\bigr| / \\sum_\\theta R(\\theta)$: 0 for a filter to which all directions are alike, 1 for one that answers a single direction. The angle is doubled because a bar turned by 180° is the same bar.",
      "What both share: cells and filters look at a small patch, have regions that excite and regions that inhibit side by side, and so answer to edges and bars of one direction. Hubel and Wiesel found cells that want the bar at an exact place, later called simple; and such that answer wherever it lies, called complex. A filter with relu is like the first, its maximum over all places like the second.",
      "What they do not share: the cat's cells are far choosier, they learn without labels, from moving images, and send signals back as well. And ours do not all become oriented: digits are thick strokes, and a filter is only as fine as the task demands. Compare with other seeds.",
      "D. H. Hubel, T. N. Wiesel: “Receptive fields of single neurones in the cat's striate cortex”, Journal of Physiology 148 (1959), 574–591.",
    ],
    task: "Find the choosiest filter, choose it, and turn the bar to the direction that it answers best (to 5° or nearer).",
  },
  ru: {
    lead: "В 1959 году Хьюбел и Визель показывали кошке светлые полоски и слушали отдельные клетки её зрительной коры: клетка отвечала, когда полоска лежала в её направлении, и замолкала, когда полоску поворачивали. Здесь вместо кошки сеть, обученная на цифрах, а вместо клеток — фильтры её первого слоя. Поверните полоску.",
    question:
      "Вначале фильтры — маленькие случайные числа. О направлениях сети никто ничего не говорит, только какая перед ней цифра. Насколько фильтры после обучения разборчивы к направлению полоски?",
    options: ["меньше случайных", "примерно так же", "больше случайных"],
    because: (before: string, after: string) =>
      `Средняя избирательность до обучения ${before}, сейчас ${after}.`,
    trained: (epochs: string, accuracy: string) =>
      `Проходов по 1000 цифр: ${epochs}; в последнем верно прочитано ${accuracy}.`,
    untrained: "Сеть ещё не обучалась: все фильтры случайны.",
    working: "Обучается…",
    bar: "Полоска",
    dial: "направление полоски; тяните или поворачивайте стрелками",
    degrees: (angle: string) => `${angle}°`,
    angle: "направление полоски, градусы",
    filter: (i: number) => `фильтр ${i}`,
    filters: "Фильтры: веса и сила ответа на эту полоску",
    weights: "веса",
    answer: "ответ на эту полоску",
    tuning: (i: string) => `Кривая настройки фильтра ${i}`,
    curve: (i: string, preferred: string) =>
      `Ответ фильтра ${i} на полоски всех направлений, наибольший при ${preferred}°. Штрихом — до обучения.`,
    xLabel: "направление, градусы",
    yLabel: "ответ",
    cursor: "направление полоски на кривой",
    after: "после обучения",
    before: "до обучения",
    selectivity: "избирательность",
    preferred: "лучшее направление",
    caption: "Как каждый фильтр отвечает на полоски",
    columns: [
      "фильтр",
      "избирательность до обучения",
      "избирательность",
      "лучшее направление",
      "наибольший ответ",
      "ответ на эту полоску",
    ],
    explain: [
      "**Ответ** — это насколько полоска увеличивает $\\max \\operatorname{relu}(w \\star x + b)$ по всем местам по сравнению с чёрной картинкой. **Избирательность** — $\\bigl|\\sum_\\theta R(\\theta)\\,e^{2i\\theta}\\bigr| / \\sum_\\theta R(\\theta)$: 0, если фильтру все направления одинаковы, и 1, если он отвечает только на одно. Угол удвоен, потому что полоска, повёрнутая на 180°, — та же полоска.",
      "Что общего: и клетка, и фильтр смотрят на маленький участок, у обоих рядом лежат возбуждающие и тормозящие области, поэтому они отвечают на границы и полоски одного направления. Хьюбел и Визель нашли клетки, которым нужна полоска в точном месте (позже их назвали простыми), и такие, что отвечают, где бы она ни лежала (сложные). Фильтр с relu похож на первые, его максимум по всем местам — на вторые.",
      "Что различно: клетки кошки гораздо разборчивее, учатся без подсказок, на движущихся картинках, и посылают сигналы ещё и назад. Да и у нас не все фильтры получают направление: цифры — толстые штрихи, и фильтр тонок лишь настолько, насколько требует задача. Сравните с другими зёрнами.",
      "D. H. Hubel, T. N. Wiesel: “Receptive fields of single neurones in the cat's striate cortex”, Journal of Physiology 148 (1959), 574–591.",
    ],
    task: "Найдите самый разборчивый фильтр, выберите его и поверните полоску так, как он любит больше всего (с точностью до 5°).",
  },
});
