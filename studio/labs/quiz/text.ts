// The words of the quiz: each question, what is offered, and what the engine's numbers show.
import { defineText, type PluralForms } from "../../text/locale.ts";
import type { QuestionId } from "./questions.ts";

interface Words {
  readonly question: string;
  /** Answers in words; numbers are in questions.ts. */
  readonly options?: readonly string[];
  /** What the numbers that the engine found show. */
  readonly because: (n: readonly string[]) => string;
}
type QuestionWords = Readonly<Record<QuestionId, Words>>;

const english: QuestionWords = {
  step: {
    question: "The lecture's question: $Q(w) = w^2$, $w^0 = 4$, $\\eta = 1$. Where does one step lead?",
    because: ([w]) => `$Q'(4) = 8$, so the engine steps from 4 to ${w}, and the next step leads back.`,
  },
  "two-steps": {
    question: "$Q(w) = w^2$, $w^0 = 4$, $\\eta = 0.1$. Where is $w^2$, after two steps?",
    because: ([second, first]) => `The engine goes 4 → ${first} → ${second}: each step keeps 80 %.`,
  },
  "at-once": {
    question: "With which $\\eta$ does descent on $Q(w) = w^2$ reach the minimum in one step, from anywhere?",
    because: ([a, b, c, d]) => `From 4 one step with η = 0.1, 0.5, 1, 2 leads to ${a}, ${b}, ${c}, ${d}.`,
  },
  growing: {
    question: "With which $\\eta$ does $|w|$ grow on $Q(w) = w^2$?",
    because: ([a, b, c, d]) => `From 4 ten steps with η = 0.3, 0.7, 0.9, 1.1 lead to ${a}, ${b}, ${c}, ${d}.`,
  },
  momentum: {
    question: "On a constant slope, how many times as long do steps become with momentum $\\mu = 0.9$?",
    because: ([factor]) =>
      `After 200 steps of the engine a step is ${factor} times a plain one: $1/(1-\\mu)$.`,
  },
  saddle: {
    question: "At $(0, 0)$ the gradient of $Q = x^2 - y^2$ is zero. Is it a minimum?",
    options: ["Yes, since $\\nabla Q = 0$.", "No, nearby it is lower."],
    because: ([, there, beside]) => `$Q(0, 0) = ${there}$, but $Q(0, 0.5) = ${beside}$: a saddle.`,
  },
  "short-step": {
    question: "$\\eta = 0.001$ and $Q'(w) = 10$. How long is the step?",
    because: ([length, slope]) => `The slope is ${slope}, the step ${length}: a short step on a steep slope.`,
  },
  patience: {
    question:
      "The validation error is 0.5, 0.4, 0.35, 0.36, 0.38 at steps 0 to 4, patience is 2. The weights of which step come back?",
    because: ([best, steps]) =>
      `The engine stops after ${steps} steps and brings back step ${best}, the best.`,
  },
  error: {
    question: "Wanted 10, answered 1. What is $\\partial (a - 10)^2/\\partial a$?",
    because: ([slope]) => `$2(1 - 10) = ${slope}$.`,
  },
  saturated: {
    question: "$a = \\sigma(z)$ with $z = -8$, wanted is 1. How hard does the squared error pull at $z$?",
    options: ["Hard: the answer is quite wrong.", "Hardly at all: the sigmoid is saturated."],
    because: ([far, middle]) => `The slope is ${far} at $z = -8$ and ${middle} at $z = 0$.`,
  },
  gate: {
    question: "$h = \\max(0, s)$ with $s = -9$. What is $\\partial h/\\partial s$?",
    because: ([slope]) => `The engine finds ${slope}: below zero nothing passes.`,
  },
  "two-paths": {
    question: "In the lecture's graph ($x = (5, -1)$, $a = -13$): what is $\\partial a/\\partial w_{11}$?",
    because: ([sum, first, second]) =>
      `Through $h_1$ come ${first}, through $h_2$ ${second}: together ${sum}.`,
  },
  paths: {
    question: "Two inputs, three hidden layers of two neurons, one output. How many paths are there?",
    because: ([paths, partials]) =>
      `${paths} paths; backpropagation computes ${partials} partial derivatives.`,
  },
  dense: {
    question: "784 pixels into 1000 neurons: how many parameters?",
    because: ([count]) => `The engine's tensors hold ${count}: $(784 + 1)\\cdot 1000$.`,
  },
  output: {
    question: "1000 neurons into 10 classes: how many parameters?",
    because: ([count]) => `The engine's tensors hold ${count}: $(1000 + 1)\\cdot 10$.`,
  },
  chance: {
    question: "Ten classes, all logits equal. What is the cross-entropy?",
    because: ([loss]) => `${loss}, which is $\\ln 10$: a loss above that is worse than guessing.`,
  },
  shifted: {
    question: "A dense neuron knows a pattern pixel by pixel. The pattern is shifted by one pixel. Its sum…",
    options: ["falls.", "stays as it is."],
    because: ([there, beside]) =>
      `Over eight pixels the sum falls from ${there} to ${beside}: weights meet other pixels.`,
  },
  "by-hand": {
    question: "The filter $(1\\;0;\\;0\\;1)$ on the image $(1\\;2;\\;3\\;4)$ gives…",
    because: ([sum]) => `$1\\cdot 1 + 2\\cdot 0 + 3\\cdot 0 + 4\\cdot 1 = ${sum}$.`,
  },
  size: {
    question: "A 5×5 filter on a 28×28 image without padding: how wide is the map?",
    because: ([width]) => `The engine's map is ${width} wide: $28 - 5 + 1$.`,
  },
  constant: {
    question: "Sobel's filter on an image that is 4 everywhere gives…",
    because: ([value]) => `${value}: its weights add up to zero.`,
  },
  blur: {
    question: "A 3×3 blur (all weights 1/9) on an image that is 7 everywhere gives…",
    because: ([value]) => `${value}: the weights add up to one.`,
  },
  maximum: {
    question: "A pattern moves inside the image, away from the border. The maximum of the convolution…",
    options: ["moves too.", "stays the same.", "doubles."],
    because: ([one, other]) => `Before ${one}, after ${other}.`,
  },
  place: {
    question: "The pattern moves by 3 to the right and 1 down. The place of the maximum…",
    options: ["moves by 3 and 1.", "stays.", "moves by 1 and 3."],
    because: ([x, y, a, b]) => `From (${x}, ${y}) to (${a}, ${b}).`,
  },
  channels: {
    question: "16 filters of 3×3 over 3 channels, with biases: how many parameters?",
    because: ([count]) => `The engine's tensors hold ${count}: $(3^2\\cdot 3 + 1)\\cdot 16$.`,
  },
  bias: {
    question: "If $b = 1$ stands inside the sum over a 3×3 filter, how much does it add to the result?",
    because: ([sum]) => `${sum}: once for each of the nine weights. It only rescales $b$.`,
  },
  pooling: {
    question: "Max pooling over $(1\\;3;\\;2\\;0)$: how much of the gradient goes to the 3?",
    because: ([max, first]) => `The 3 gets ${max}, the 1 gets ${first}: only the greatest learns.`,
  },
};

const russian: QuestionWords = {
  step: {
    question: "Вопрос лекции: $Q(w) = w^2$, $w^0 = 4$, $\\eta = 1$. Куда приведёт один шаг?",
    because: ([w]) => `$Q'(4) = 8$, и движок шагает из 4 в ${w}, а следующий шаг ведёт обратно.`,
  },
  "two-steps": {
    question: "$Q(w) = w^2$, $w^0 = 4$, $\\eta = 0{,}1$. Где $w^2$, то есть точка после двух шагов?",
    because: ([second, first]) => `Движок идёт 4 → ${first} → ${second}: каждый шаг оставляет 80 %.`,
  },
  "at-once": {
    question: "При каком $\\eta$ спуск по $Q(w) = w^2$ приходит в минимум за один шаг, откуда угодно?",
    because: ([a, b, c, d]) => `Из 4 один шаг с η = 0,1; 0,5; 1; 2 ведёт в ${a}; ${b}; ${c}; ${d}.`,
  },
  growing: {
    question: "При каком $\\eta$ на $Q(w) = w^2$ растёт $|w|$?",
    because: ([a, b, c, d]) => `Из 4 десять шагов с η = 0,3; 0,7; 0,9; 1,1 ведут в ${a}; ${b}; ${c}; ${d}.`,
  },
  momentum: {
    question: "На постоянном наклоне: во сколько раз длиннее станут шаги с инерцией $\\mu = 0{,}9$?",
    because: ([factor]) => `После 200 шагов движка шаг длиннее обычного в ${factor} раз: $1/(1-\\mu)$.`,
  },
  saddle: {
    question: "В точке $(0;\\,0)$ градиент $Q = x^2 - y^2$ равен нулю. Это минимум?",
    options: ["Да, ведь $\\nabla Q = 0$.", "Нет, рядом ниже."],
    because: ([, there, beside]) => `$Q(0;\\,0) = ${there}$, но $Q(0;\\,0{,}5) = ${beside}$: это седло.`,
  },
  "short-step": {
    question: "$\\eta = 0{,}001$ и $Q'(w) = 10$. Какова длина шага?",
    because: ([length, slope]) => `Наклон ${slope}, шаг ${length}: короткий шаг на крутом склоне.`,
  },
  patience: {
    question:
      "Ошибка на контроле на шагах 0–4: 0,5; 0,4; 0,35; 0,36; 0,38, терпение 2. Веса какого шага вернутся?",
    because: ([best, steps]) =>
      `Движок останавливается после ${steps} шагов и возвращает шаг ${best}, лучший.`,
  },
  error: {
    question: "Нужно 10, ответ 1. Чему равна $\\partial (a - 10)^2/\\partial a$?",
    because: ([slope]) => `$2(1 - 10) = ${slope}$.`,
  },
  saturated: {
    question: "$a = \\sigma(z)$, $z = -8$, нужно 1. Как сильно квадратичная ошибка тянет $z$?",
    options: ["Сильно: ответ совсем неверен.", "Почти никак: сигмоида насыщена."],
    because: ([far, middle]) => `Наклон ${far} при $z = -8$ и ${middle} при $z = 0$.`,
  },
  gate: {
    question: "$h = \\max(0, s)$, $s = -9$. Чему равна $\\partial h/\\partial s$?",
    because: ([slope]) => `Движок находит ${slope}: ниже нуля ничего не проходит.`,
  },
  "two-paths": {
    question: "В графе из лекции ($x = (5;\\,-1)$, $a = -13$): чему равна $\\partial a/\\partial w_{11}$?",
    because: ([sum, first, second]) =>
      `Через $h_1$ приходит ${first}, через $h_2$ — ${second}: вместе ${sum}.`,
  },
  paths: {
    question: "Два входа, три скрытых слоя по два нейрона, один выход. Сколько путей?",
    because: ([paths, partials]) =>
      `Путей ${paths}; обратное распространение считает частных производных: ${partials}.`,
  },
  dense: {
    question: "784 пикселя в 1000 нейронов: сколько параметров?",
    because: ([count]) => `В тензорах движка ${count}: $(784 + 1)\\cdot 1000$.`,
  },
  output: {
    question: "1000 нейронов в 10 классов: сколько параметров?",
    because: ([count]) => `В тензорах движка ${count}: $(1000 + 1)\\cdot 10$.`,
  },
  chance: {
    question: "Десять классов, все логиты равны. Чему равна перекрёстная энтропия?",
    because: ([loss]) => `${loss}, это $\\ln 10$: если ошибка больше, лучше уж гадать.`,
  },
  shifted: {
    question: "Полносвязный нейрон знает узор попиксельно. Узор сдвинули на пиксель. Его сумма…",
    options: ["падает.", "не меняется."],
    because: ([there, beside]) =>
      `На восьми пикселях сумма падает с ${there} до ${beside}: веса встречают другие пиксели.`,
  },
  "by-hand": {
    question: "Фильтр $(1\\;0;\\;0\\;1)$ на картинке $(1\\;2;\\;3\\;4)$ даёт…",
    because: ([sum]) => `$1\\cdot 1 + 2\\cdot 0 + 3\\cdot 0 + 4\\cdot 1 = ${sum}$.`,
  },
  size: {
    question: "Фильтр 5×5 на картинке 28×28 без полей: какой ширины карта?",
    because: ([width]) => `Ширина карты у движка — ${width}: $28 - 5 + 1$.`,
  },
  constant: {
    question: "Фильтр Собеля на картинке, где всюду 4, даёт…",
    because: ([value]) => `${value}: сумма его весов равна нулю.`,
  },
  blur: {
    question: "Размытие 3×3 (все веса 1/9) на картинке, где всюду 7, даёт…",
    because: ([value]) => `${value}: сумма весов равна единице.`,
  },
  maximum: {
    question: "Узор движется внутри картинки, вдали от края. Максимум свёртки…",
    options: ["меняется.", "остаётся тем же.", "удваивается."],
    because: ([one, other]) => `До сдвига ${one}, после ${other}.`,
  },
  place: {
    question: "Узор сдвинут на 3 вправо и на 1 вниз. Место максимума…",
    options: ["сдвинется на 3 и 1.", "останется.", "сдвинется на 1 и 3."],
    because: ([x, y, a, b]) => `Из (${x}; ${y}) в (${a}; ${b}).`,
  },
  channels: {
    question: "16 фильтров 3×3 по 3 каналам, со смещениями: сколько параметров?",
    because: ([count]) => `В тензорах движка ${count}: $(3^2\\cdot 3 + 1)\\cdot 16$.`,
  },
  bias: {
    question: "Если $b = 1$ стоит внутри суммы по фильтру 3×3, сколько оно добавит к результату?",
    because: ([sum]) => `${sum}: по разу на каждый из девяти весов. Это лишь другой масштаб $b$.`,
  },
  pooling: {
    question: "Max-pooling по $(1\\;3;\\;2\\;0)$: какая доля градиента достанется тройке?",
    because: ([max, first]) => `Тройка получает ${max}, единица ${first}: учится только наибольший.`,
  },
};

export const text = defineText({
  en: {
    lead: "Questions on every chapter. After an answer the engine computes what is right: a wrong one gets a counterexample in numbers.",
    guess: (all: string) =>
      `How many of the ${all} questions will you answer right? It is judged, with two to spare, when all are answered.`,
    guessed: (right: string, all: string) => `${right} of ${all} are right.`,
    number: (place: number) => `Question ${place}`,
    score: "right answers",
    rightAnswers: { one: "right answer", other: "right answers" } as PluralForms,
    of: (answered: string, all: string) => `of ${answered} answered; there are ${all}`,
    again: "Start anew",
    caption: "The questions, the answers given and the engine's",
    columns: ["question", "answer given", "right"],
    open: "–",
    explain: [
      "Each key of this quiz is computed by the engine when the studio is built; a build with a wrong key fails.",
    ],
    task: "Answer at least 20 questions right.",
    questions: english,
  },
  ru: {
    lead: "Вопросы по всем главам. После ответа движок считает, как правильно: на неверный ответ — контрпример в числах.",
    guess: (all: string) =>
      `На сколько из ${all} вопросов вы ответите верно? Проверим с точностью до двух, когда будут даны все ответы.`,
    guessed: (right: string, all: string) => `Верных ответов ${right} из ${all}.`,
    number: (place: number) => `Вопрос ${place}`,
    score: "верных ответов",
    rightAnswers: {
      one: "верный ответ",
      few: "верных ответа",
      many: "верных ответов",
      other: "верного ответа",
    },
    of: (answered: string, all: string) => `из ${answered} данных; всего вопросов ${all}`,
    again: "Начать заново",
    caption: "Вопросы, данные ответы и верные",
    columns: ["вопрос", "ответ", "верно"],
    open: "–",
    explain: ["Каждый ключ теста считает движок при сборке студии; с неверным ключом сборка не проходит."],
    task: "Ответьте верно хотя бы на 20 вопросов.",
    questions: russian,
  },
});
