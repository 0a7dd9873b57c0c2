// The texts of the lab of parameters.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "Each neuron of a dense layer has a weight for every input and one bias: $(n_{\\text{in}} + 1)\\cdot n_{\\text{out}}$ numbers a layer. Compose a net, guess, and count the tensors the engine really made.",
    question: "784 pixels, 1000 hidden neurons, 10 classes. How many parameters are there in all?",
    because: (first: string, second: string, all: string) =>
      `$(784+1)\\cdot 1000 = ${first}$ and $(1000+1)\\cdot 10 = ${second}$: ${all} together.`,
    preset: "Nets of the lecture",
    inputs: "inputs",
    hidden: (index: string) => `hidden layer ${index}`,
    outputs: "outputs",
    add: "Add a hidden layer",
    remove: "Remove the last hidden layer",
    layer: "layer",
    columns: ["layer", "inputs", "outputs", "parameters", "tensors"],
    caption: "Parameters of each layer",
    total: "in all",
    share: "Share of each layer in the parameters",
    memory: "megabytes as float32",
    adam: "megabytes in training with Adam",
    multiplications: "multiply-adds an image",
    explain: [
      "Weights are a matrix of $n_{\\text{out}}\\times n_{\\text{in}}$, biases a row of $n_{\\text{out}}$. The shapes in the table are those of the engine's tensors, named as in PyTorch's state_dict.",
      "Nearly all parameters are where two large layers meet. The net 2500-2000-1500-1000-500-10, which with augmentation reaches 0.35 % error on MNIST (Cireşan et al. 2010), has almost twelve million, two hundred for each of the 60 000 images.",
      "In training with Adam each parameter is kept four times: its value, its gradient and two running means.",
    ],
    task: "Compose a net from 784 inputs to 10 outputs with exactly two hidden layers and between 100 000 and 110 000 parameters.",
  },
  ru: {
    lead: "У каждого нейрона полносвязного слоя по весу на каждый вход и одно смещение: $(n_{\\text{in}} + 1)\\cdot n_{\\text{out}}$ чисел на слой. Соберите сеть, угадайте и сосчитайте тензоры, которые движок создал на самом деле.",
    question: "784 пикселя, 1000 скрытых нейронов, 10 классов. Сколько всего параметров?",
    because: (first: string, second: string, all: string) =>
      `$(784+1)\\cdot 1000 = ${first}$ и $(1000+1)\\cdot 10 = ${second}$, вместе ${all}.`,
    preset: "Сети из лекции",
    inputs: "входов",
    hidden: (index: string) => `скрытый слой ${index}`,
    outputs: "выходов",
    add: "Добавить скрытый слой",
    remove: "Убрать последний скрытый слой",
    layer: "слой",
    columns: ["слой", "входов", "выходов", "параметров", "тензоры"],
    caption: "Параметры каждого слоя",
    total: "всего",
    share: "Доля каждого слоя в параметрах",
    memory: "мегабайт во float32",
    adam: "мегабайт при обучении с Adam",
    multiplications: "умножений со сложением на картинку",
    explain: [
      "Веса — матрица $n_{\\text{out}}\\times n_{\\text{in}}$, смещения — строка из $n_{\\text{out}}$. Формы в таблице — это формы тензоров движка, с именами как в state_dict PyTorch.",
      "Почти все параметры там, где встречаются два больших слоя. У сети 2500-2000-1500-1000-500-10, которая с аугментацией даёт на MNIST 0,35 % ошибок (Cireşan и др., 2010), их почти двенадцать миллионов — по двести на каждую из 60 000 картинок.",
      "При обучении с Adam каждый параметр хранится четырежды: значение, градиент и два скользящих средних.",
    ],
    task: "Соберите сеть от 784 входов к 10 выходам ровно с двумя скрытыми слоями, у которой от 100 000 до 110 000 параметров.",
  },
});
