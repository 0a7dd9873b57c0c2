// What is said against a wrong answer of the quiz: the answer given, and the engine's numbers from counterexamples.ts.
import { defineText } from "../../text/locale.ts";
import type { QuestionId } from "./questions.ts";

type Against = Readonly<Partial<Record<QuestionId, (given: string, n: readonly string[]) => string>>>;

const english: Against = {
  step: (given, [eta, w]) =>
    `To land at ${given} in one step takes η = ${eta}: with it the engine goes from 4 to ${w}.`,
  "two-steps": (given, [first, needed, slope]) =>
    `From ${first}, where the first step leads, ${given} takes a slope of ${needed}; the engine finds ${slope} there.`,
  "at-once": (given, [from4, from1]) =>
    `With η = ${given} one step leads from 4 to ${from4} and from 1 to ${from1}.`,
  growing: (given, [end]) => `With η = ${given} ten steps lead from 4 to ${end}: nearer, not farther.`,
  momentum: (given, [step, length]) =>
    `Step ${step} is ${length} plain steps long already, more than ${given}.`,
  "short-step": (given, [eta, length]) =>
    `A step of ${given} takes η = ${eta}: with it the engine's step on this slope is ${length} long.`,
  patience: (given, [error, best]) => `Step ${given} has the error ${error}; there is one with ${best}.`,
  error: (given, [h, less, more, quotient]) =>
    `Move a by ±${h}: the error is ${less} and ${more}, which is ${quotient} for each unit of a, not ${given}.`,
  gate: (given, [h, less, more, quotient]) =>
    `Move s by ±${h}: h is ${less} and ${more}, which is ${quotient} for each unit of s, not ${given}.`,
  "two-paths": (given, [h, before, after, quotient]) =>
    `Raise w₁₁ by ${h}: a goes from ${before} to ${after}, which is ${quotient} for each unit, not ${given}.`,
  paths: (given, [one, two, three]) =>
    `With 1, 2, 3 hidden layers the engine counts ${one}, ${two}, ${three} paths: each layer doubles them. So it is not ${given}.`,
  dense: (_, [weights, biases]) =>
    `The engine makes ${weights} weights and ${biases} biases: one for each neuron.`,
  output: (_, [weights, biases]) =>
    `The engine makes ${weights} weights and ${biases} biases: one for each class.`,
  chance: (given, [needed, real]) =>
    `A loss of ${given} means that the right class gets ${needed}; with equal logits the engine gives it ${real}.`,
  "by-hand": (given, [a, b, c, d]) =>
    `The products are ${a}, ${b}, ${c} and ${d}: they do not add up to ${given}.`,
  size: (given, [side, width]) =>
    `A map that is ${given} wide takes a ${side}×${side} filter: the engine's is ${width} wide then.`,
  constant: (given, [plus, minus]) =>
    `The positive weights give ${plus}, the negative ones ${minus}: together not ${given}.`,
  blur: (given, [product, sum]) => `Nine products of ${product} add up to ${sum}, not ${given}.`,
  channels: (_, [weights, biases]) =>
    `The engine makes ${weights} weights and ${biases} biases: one for each filter.`,
  bias: (given, [sum]) =>
    `On a black image each of the nine terms is 0 + 1: they add up to ${sum}, not ${given}.`,
  pooling: (given, [before, larger, other]) =>
    `Raise the 3 by 0.5: the result goes from ${before} to ${larger}. Raise the 1 by 0.5: it is ${other}. So it is not ${given}.`,
};

const russian: Against = {
  step: (given, [eta, w]) =>
    `Чтобы за шаг попасть в ${given}, нужно η = ${eta}: с ним движок идёт из 4 в ${w}.`,
  "two-steps": (given, [first, needed, slope]) =>
    `Из ${first}, куда ведёт первый шаг, в ${given} ведёт наклон ${needed}, а движок находит там ${slope}.`,
  "at-once": (given, [from4, from1]) => `При η = ${given} один шаг ведёт из 4 в ${from4}, а из 1 в ${from1}.`,
  growing: (given, [end]) => `При η = ${given} десять шагов ведут из 4 в ${end}: ближе, а не дальше.`,
  momentum: (given, [step, length]) =>
    `Уже шаг ${step} длиной в ${length} обычных, а это больше, чем ${given}.`,
  "short-step": (given, [eta, length]) =>
    `Для шага ${given} нужно η = ${eta}: с ним шаг движка на этом наклоне как раз ${length}.`,
  patience: (given, [error, best]) => `На шаге ${given} ошибка ${error}, а есть шаг с ошибкой ${best}.`,
  error: (given, [h, less, more, quotient]) =>
    `Сдвиньте a на ±${h}: ошибка ${less} и ${more}, то есть ${quotient} на единицу a, а не ${given}.`,
  gate: (given, [h, less, more, quotient]) =>
    `Сдвиньте s на ±${h}: h равно ${less} и ${more}, то есть ${quotient} на единицу s, а не ${given}.`,
  "two-paths": (given, [h, before, after, quotient]) =>
    `Увеличьте w₁₁ на ${h}: a изменится с ${before} до ${after}, то есть на ${quotient} за единицу, а не на ${given}.`,
  paths: (given, [one, two, three]) =>
    `При 1, 2, 3 скрытых слоях движок насчитал путей: ${one}, ${two}, ${three}. Каждый слой удваивает, так что ответ не ${given}.`,
  dense: (_, [weights, biases]) =>
    `Движок создаёт весов ${weights} и смещений ${biases}: по одному на нейрон.`,
  output: (_, [weights, biases]) =>
    `Движок создаёт весов ${weights} и смещений ${biases}: по одному на класс.`,
  chance: (given, [needed, real]) =>
    `При ошибке ${given} вероятность верного класса ${needed}, а при равных логитах движок даёт ему ${real}.`,
  "by-hand": (given, [a, b, c, d]) => `Произведения — ${a}, ${b}, ${c} и ${d}: в сумме не ${given}.`,
  size: (given, [side, width]) =>
    `Карту шириной ${given} даёт фильтр ${side}×${side}: у движка она тогда ${width}.`,
  constant: (given, [plus, minus]) =>
    `Положительные веса дают ${plus}, отрицательные ${minus}: вместе не ${given}.`,
  blur: (given, [product, sum]) => `Девять произведений по ${product} в сумме дают ${sum}, а не ${given}.`,
  channels: (_, [weights, biases]) =>
    `Движок создаёт весов ${weights} и смещений ${biases}: по одному на фильтр.`,
  bias: (given, [sum]) =>
    `На чёрной картинке каждое из девяти слагаемых — 0 + 1: в сумме ${sum}, а не ${given}.`,
  pooling: (given, [before, larger, other]) =>
    `Увеличьте тройку на 0,5: было ${before}, стало ${larger}. Увеличьте единицу на 0,5: будет ${other}. Так что ответ не ${given}.`,
};

export const against = defineText({ en: english, ru: russian });
