// The texts of the lab of the step.
import { defineText } from "../../text/locale.ts";

/** The same in every language. */
const formulas = {
  rule: "$w^{t} = w^{t-1} - \\eta\\,\\nabla Q(w^{t-1})$",
  formulas: {
    square: "$Q(w) = w^2$",
    valley: "$Q(w) = \\tfrac{1}{4}(w - 1)^2 + \\tfrac{1}{2}\\sin 3w$",
    quartic: "$Q(w) = \\tfrac{1}{8}(w^4 - 4w^2)$",
    absolute: "$Q(w) = |w|$",
  },
};

export const text = defineText({
  en: {
    lead: "Gradient descent repeats one formula: $w^{t} = w^{t-1} - \\eta\\,\\nabla Q(w^{t-1})$. Of one number the gradient $\\nabla Q$ is the slope $Q'$: it says which way is up, and $\\eta$ how far to go the other way.",
    question: (eta: string) => `$Q(w) = w^2$, $w^0 = 4$, $\\eta$ = ${eta}. Where is $w^1$?`,
    ...formulas,
    because: (next: string) => `$\\nabla Q(4) = 2\\cdot 4 = 8$, so $w^1 = ${next}$.`,
    tries: "On w² try",
    functions: { square: "w²", valley: "a valley with bumps", quartic: "two valleys", absolute: "|w|" },
    function: "Q(w)",
    start: "start w⁰",
    eta: "step size η",
    plot: (w: string, value: string) =>
      `The curve Q(w) with the path on it. The last point: w = ${w}, Q = ${value}.`,
    handle: "start w⁰; drag it or use the arrow keys",
    stepOf: "step t",
    fate: {
      landed: "It has landed: the slope is zero.",
      oscillates: "It jumps back and forth and comes no nearer.",
      diverges: "Each step is longer than the last: it flies away.",
      descends: "It goes down.",
    },
    caption: "The path, step by step",
    columns: ["t", "w", "Q(w)", "∇Q(w)"],
    explain: [
      "For $Q(w) = w^2$ one step multiplies $w$ by $1 - 2\\eta$. With $\\eta = 0.5$ the factor is 0: it lands at once, from anywhere. With $\\eta = 1$ it is $-1$: it jumps between $w$ and $-w$ for ever. Beyond that each step is longer than the last.",
      "Below $\\eta = 0.5$ it comes from one side, between 0.5 and 1 from both in turn. So a step size is neither good nor bad in itself: what counts is how it compares with the curvature, here $Q'' = 2$; the bound is $2 / Q''$.",
      "The slope is the engine's own: reverse-mode differentiation of the formula of Q, in 32-bit numbers.",
    ],
    task: "On $Q(w) = w^2$ reach $|w| < 0.001$ in exactly 3 steps from $w^0 = 4$.",
  },
  ru: {
    lead: "Градиентный спуск повторяет одну формулу: $w^{t} = w^{t-1} - \\eta\\,\\nabla Q(w^{t-1})$. У функции одного числа градиент $\\nabla Q$ — это наклон $Q'$: он говорит, где верх, а $\\eta$ — как далеко идти в обратную сторону.",
    question: (eta: string) => `$Q(w) = w^2$, $w^0 = 4$, $\\eta$ = ${eta}. Где окажется $w^1$?`,
    ...formulas,
    because: (next: string) => `$\\nabla Q(4) = 2\\cdot 4 = 8$, поэтому $w^1 = ${next}$.`,
    tries: "Попробуйте на w²",
    functions: { square: "w²", valley: "долина с ухабами", quartic: "две долины", absolute: "|w|" },
    function: "Q(w)",
    start: "начало w⁰",
    eta: "длина шага η",
    plot: (w: string, value: string) => `Кривая Q(w) и путь по ней. Последняя точка: w = ${w}, Q = ${value}.`,
    handle: "начало w⁰; тяните или двигайте стрелками",
    stepOf: "шаг t",
    fate: {
      landed: "Пришли: наклон равен нулю.",
      oscillates: "Прыгает туда-сюда и не приближается.",
      diverges: "Каждый шаг длиннее прежнего: улетает.",
      descends: "Спускается.",
    },
    caption: "Путь по шагам",
    columns: ["t", "w", "Q(w)", "∇Q(w)"],
    explain: [
      "Для $Q(w) = w^2$ один шаг умножает $w$ на $1 - 2\\eta$. При $\\eta = 0{,}5$ множитель равен 0: попадаем сразу, откуда бы ни начали. При $\\eta = 1$ он равен $-1$: вечные прыжки между $w$ и $-w$. Дальше каждый шаг длиннее прежнего.",
      "Ниже $\\eta = 0{,}5$ подходим с одной стороны, между 0,5 и 1 — с двух сторон по очереди. Сам по себе шаг ни хорош, ни плох: важно, каков он рядом с кривизной, здесь $Q'' = 2$; граница — $2 / Q''$.",
      "Наклон посчитан самим движком: обратное автоматическое дифференцирование формулы Q в 32-битных числах.",
    ],
    task: "На $Q(w) = w^2$ получите $|w| < 0{,}001$ ровно за 3 шага из $w^0 = 4$.",
  },
});
