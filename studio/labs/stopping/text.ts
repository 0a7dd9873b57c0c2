// The texts of the lab of stopping.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "Descent never says by itself that it has arrived. Three criteria are in use: the step has become short, $\\lVert w^t - w^{t-1}\\rVert < \\varepsilon$; the ground has become flat, $\\lVert\\nabla Q\\rVert < \\varepsilon$; the error on data not learned from no longer falls.",
    question:
      "With a very small step size $\\eta = 0.001$ and the same $\\varepsilon$ for both: which lamp lights first?",
    options: ["The step's.", "The gradient's.", "Both at once."],
    because: (step: string, gradient: string) =>
      `With $\\varepsilon = 0.01$ the step's: ${step}; the gradient's: ${gradient}. For $\\lVert w^t - w^{t-1}\\rVert = \\eta\\,\\lVert\\nabla Q\\rVert$: a small $\\eta$ makes the step short wherever we stand.`,
    eta: "step size η",
    epsilonStep: "ε of the step",
    epsilonGradient: "ε of the gradient",
    patience: "patience, steps",
    step: "step t",
    lamps: { stepNorm: "short step", gradientNorm: "flat ground", patience: "validation no longer falls" },
    lit: "since step",
    dark: "dark so far",
    never: "never within these steps",
    train: "training error",
    validation: "validation error",
    stepNorm: "‖wᵗ − wᵗ⁻¹‖",
    gradientNorm: "‖∇Q‖",
    errors:
      "Errors over the steps, logarithmic. The training error falls; the validation error falls and then rises.",
    norms: "Length of step and gradient over the steps, logarithmic.",
    fit: "The points learned from (filled), those held out (rings), and the curve fitted so far.",
    error: "error",
    length: "length",
    caption: "What is measured at each step",
    columns: ["t", "training error", "validation error", "‖wᵗ − wᵗ⁻¹‖", "‖∇Q‖"],
    explain: [
      "A short step says nothing about the ground: $\\lVert w^t - w^{t-1}\\rVert = \\eta\\,\\lVert\\nabla Q(w^{t-1})\\rVert$. Halve $\\eta$ and every step is half as long, on a slope as on a plain.",
      "A small gradient says that the ground is flat here: a minimum, but a plateau or a saddle as well.",
      "The third criterion asks what matters in the end: data that the curve has not seen. With few points and many weights the training error goes on falling while the curve learns the noise: it has to be stopped **early**, and the best weights are brought back.",
    ],
    task: "Fall into the trap: let the short-step lamp be the first to light while $\\lVert\\nabla Q\\rVert$ is still above 0.5 at that step.",
  },
  ru: {
    lead: "Спуск сам не скажет, что пришёл. В ходу три признака: шаг стал коротким, $\\lVert w^t - w^{t-1}\\rVert < \\varepsilon$; стало ровно, $\\lVert\\nabla Q\\rVert < \\varepsilon$; ошибка на данных, по которым не учимся, больше не падает.",
    question:
      "Очень малый шаг $\\eta = 0{,}001$, одно и то же $\\varepsilon$ для обоих. Какая лампа загорится первой?",
    options: ["Лампа шага.", "Лампа градиента.", "Обе сразу."],
    because: (step: string, gradient: string) =>
      `При $\\varepsilon = 0{,}01$ лампа шага: ${step}; лампа градиента: ${gradient}. Ведь $\\lVert w^t - w^{t-1}\\rVert = \\eta\\,\\lVert\\nabla Q\\rVert$: при малом $\\eta$ шаг короток, где бы мы ни стояли.`,
    eta: "длина шага η",
    epsilonStep: "ε шага",
    epsilonGradient: "ε градиента",
    patience: "терпение, шагов",
    step: "шаг t",
    lamps: { stepNorm: "короткий шаг", gradientNorm: "стало ровно", patience: "контроль больше не падает" },
    lit: "с шага",
    dark: "пока не горит",
    never: "не загорится за эти шаги",
    train: "ошибка на обучении",
    validation: "ошибка на контроле",
    stepNorm: "‖wᵗ − wᵗ⁻¹‖",
    gradientNorm: "‖∇Q‖",
    errors:
      "Ошибки по шагам, шкала логарифмическая. На обучении ошибка падает, на контроле падает и потом растёт.",
    norms: "Длина шага и градиента по шагам, шкала логарифмическая.",
    fit: "Точки, по которым учимся (закрашены), контрольные (кольца) и кривая на этом шаге.",
    error: "ошибка",
    length: "длина",
    caption: "Что измерено на каждом шаге",
    columns: ["t", "ошибка на обучении", "ошибка на контроле", "‖wᵗ − wᵗ⁻¹‖", "‖∇Q‖"],
    explain: [
      "Короткий шаг ничего не говорит о местности: $\\lVert w^t - w^{t-1}\\rVert = \\eta\\,\\lVert\\nabla Q(w^{t-1})\\rVert$. Уменьшите $\\eta$ вдвое — и каждый шаг вдвое короче, и на склоне, и на равнине.",
      "Малый градиент говорит, что здесь ровно: это минимум, но может быть и плато, и седло.",
      "Третий признак спрашивает о главном: о данных, которых кривая не видела. Когда точек мало, а весов много, ошибка на обучении падает и дальше, а кривая заучивает шум: остановиться надо **раньше**, и возвращаются лучшие веса.",
    ],
    task: "Попадите в ловушку: пусть первой загорится лампа короткого шага, а $\\lVert\\nabla Q\\rVert$ на этом шаге ещё больше 0,5.",
  },
});
