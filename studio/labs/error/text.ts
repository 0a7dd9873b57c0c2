// The texts of the lab of the error.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "How strongly should an error pull at a weight? The chain rule says: $\\frac{\\partial L}{\\partial w} = \\frac{\\partial L}{\\partial a}\\cdot\\frac{\\partial a}{\\partial w}$, for the squared error $2(a - y)\\cdot\\frac{\\partial a}{\\partial w}$.",
    question:
      "Wanted is $y = 10$. One network answers $9.99$, another $1$. How many times as hard does the squared error pull at the second?",
    because: (near: string, far: string) => `$2(9.99 - 10) = ${near}$ against $2(1 - 10) = ${far}$.`,
    loss: "loss L",
    losses: {
      squared: "squared (a − y)²",
      absolute: "absolute |a − y|",
      huber: "Huber, δ = 1",
      crossEntropy: "cross-entropy",
    },
    output: "output a",
    outputs: { identity: "a = z", sigmoid: "a = σ(z)" },
    example: (index: string) => `Example ${index}`,
    y: "wanted y",
    x: "input x",
    w: "weight w",
    onlySigmoid: "Cross-entropy needs answers between 0 and 1: choose a = σ(z).",
    plot: "The first factor ∂L/∂a over the answer a; the two examples are marked.",
    handle: (index: string) => `weight of example ${index}; drag its answer or use the arrow keys`,
    caption: "The chain of each example",
    columns: ["example", "y", "x", "w", "z", "a", "L", "∂L/∂a", "∂a/∂z", "∂z/∂w", "∂L/∂w"],
    explain: [
      "The squared error pulls in proportion to the distance: an answer that is nearly right is left alone, one that is far off is pulled hard. The absolute error pulls with the same force everywhere, Huber's like the square near by and like the absolute value far off, so that one wild example does not drag everything along.",
      "The other factor is the network's, whatever the loss: with $z = wx$ and $a = f(z)$ it is $\\frac{\\partial a}{\\partial w} = f'(z)\\cdot x$. The lecture writes the loss as $L(z, y)$, $z$ being the place of the answer: $\\frac{\\partial L}{\\partial z}\\big|_{z=a}\\cdot\\frac{\\partial a}{\\partial w}$ is the same product.",
      " A product is as small as its smallest factor: a sigmoid far from 0, $\\sigma'(z) \\approx 0$, lets nothing through, however wrong the answer is.",
      "Cross-entropy is made for the sigmoid: $\\partial L/\\partial a = (a-y)/(a(1-a))$ cancels $\\sigma'(z) = a(1-a)$, and $(a - y)\\,x$ is left.",
    ],
    task: "Make the squared error deaf: with $a = \\sigma(z)$ an answer that is wrong by more than 0.9 whose $|\\partial L/\\partial w|$ is below 0.02 (with $x \\ne 0$).",
  },
  ru: {
    lead: "Как сильно ошибка должна тянуть вес? Цепное правило отвечает: $\\frac{\\partial L}{\\partial w} = \\frac{\\partial L}{\\partial a}\\cdot\\frac{\\partial a}{\\partial w}$, для квадратичной ошибки $2(a - y)\\cdot\\frac{\\partial a}{\\partial w}$.",
    question:
      "Нужно $y = 10$. Одна сеть отвечает $9{,}99$, другая $1$. Во сколько раз сильнее квадратичная ошибка тянет вторую?",
    because: (near: string, far: string) => `$2(9{,}99 - 10) = ${near}$ против $2(1 - 10) = ${far}$.`,
    loss: "функция потерь L",
    losses: {
      squared: "квадрат (a − y)²",
      absolute: "модуль |a − y|",
      huber: "Хьюбер, δ = 1",
      crossEntropy: "перекрёстная энтропия",
    },
    output: "выход a",
    outputs: { identity: "a = z", sigmoid: "a = σ(z)" },
    example: (index: string) => `Пример ${index}`,
    y: "нужно y",
    x: "вход x",
    w: "вес w",
    onlySigmoid: "Перекрёстной энтропии нужны ответы между 0 и 1: выберите a = σ(z).",
    plot: "Первый множитель ∂L/∂a от ответа a; отмечены два примера.",
    handle: (index: string) => `вес примера ${index}; тяните его ответ или двигайте стрелками`,
    caption: "Цепочка каждого примера",
    columns: ["пример", "y", "x", "w", "z", "a", "L", "∂L/∂a", "∂a/∂z", "∂z/∂w", "∂L/∂w"],
    explain: [
      "Квадратичная ошибка тянет пропорционально расстоянию: почти верный ответ она не трогает, далёкий тянет сильно. Модуль тянет везде одинаково. Хьюбер вблизи ведёт себя как квадрат, вдали как модуль, и один дикий пример не утащит всё за собой.",
      "Второй множитель — от сети, какой бы ни была функция потерь: при $z = wx$ и $a = f(z)$ это $\\frac{\\partial a}{\\partial w} = f'(z)\\cdot x$. В лекции функция потерь записана как $L(z, y)$, где $z$ — место ответа: $\\frac{\\partial L}{\\partial z}\\big|_{z=a}\\cdot\\frac{\\partial a}{\\partial w}$ — то же произведение.",
      " Произведение мало, если мал хоть один множитель: сигмоида вдали от нуля, $\\sigma'(z) \\approx 0$, не пропускает ничего, как бы ни был неверен ответ.",
      "Перекрёстная энтропия сделана для сигмоиды: $\\partial L/\\partial a = (a-y)/(a(1-a))$ сокращается с $\\sigma'(z) = a(1-a)$, и остаётся $(a - y)\\,x$.",
    ],
    task: "Оглушите квадратичную ошибку: при $a = \\sigma(z)$ найдите ответ, неверный больше чем на 0,9, у которого $|\\partial L/\\partial w|$ меньше 0,02 (и $x \\ne 0$).",
  },
});
