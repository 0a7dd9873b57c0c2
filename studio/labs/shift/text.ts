// The texts of the lab of the shift.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "A dense neuron has one weight for each place. Move the digit by a few pixels and other weights meet it. A filter has the same weights everywhere, and the greatest of its responses does not mind where it was.",
    question:
      "Both nets learn from digits that lie in the middle. All digits are then moved 4 pixels to the right. How many of its right answers does the dense net keep?",
    options: ["Almost all", "About half", "Less than a third"],
    because: (before: string, after: string, conv: string) =>
      `The dense net falls from ${before} to ${after}, the convolutional one is at ${conv} there.`,
    digit: "digit number",
    dx: "right, dx",
    dy: "down, dy",
    move: "The digit; drag it or use the arrow keys",
    place: (dx: string, dy: string) => `dx = ${dx}, dy = ${dy}`,
    picture: (label: string) => `The digit ${label} as both nets see it`,
    isA: (label: string) => `This is a ${label}.`,
    nets: { dense: "Dense", conv: "Convolutional" },
    about: {
      dense: "784 → 100 → 10",
      conv: "5 × 5 filters: 8, 16, 32; then the greatest response of each → 10",
    },
    answers: (net: string) => `${net}: what it answers`,
    map: "Right answers in per cent, for every shift",
    mapLabel: (net: string) => `${net}: right answers in per cent; columns are dx, rows are dy, from −4 to 4`,
    mapMove: "The shift; drag it or use the arrow keys",
    measuring: "The map is measured when training has come to rest.",
    here: "at this shift",
    mean: "on average over all shifts",
    accuracy: "accuracy",
    caption: "Accuracy on 100 digits for every shift",
    columns: ["dx", "dy", "dense", "convolutional"],
    explain: [
      "The first layer of the dense net computes $\\sum_i w_i x_i$. Moved by one pixel, every $x_i$ meets the weight of its neighbour's place. Nothing in the net says that the two places have to do with each other; it would have to learn each digit anew in each place.",
      "A convolution of a moved image is the moved convolution: $(Sx) * w = S(x * w)$. The greatest response over the whole picture is then the same number, as long as nothing leaves the picture. That is why its map fades so slowly.",
      "It does fade: pooling by 2 × 2 looks at every other place only, and at the edge the digit is cut off. And the price is that the net no longer knows where a stroke was.",
    ],
    task: "Find a digit and a shift of at most 3 pixels each way where the dense net is wrong and at least 80% sure of it, while the convolutional net gives the right digit at least 80%.",
  },
  ru: {
    lead: "У полносвязного нейрона на каждое место свой вес. Сдвиньте цифру на несколько пикселей — и её встретят другие веса. У фильтра веса везде одни и те же, а наибольшему из его откликов всё равно, где он возник.",
    question:
      "Обе сети учатся на цифрах, стоящих посередине. Потом все цифры сдвигают на 4 пикселя вправо. Сколько верных ответов сохранит полносвязная сеть?",
    options: ["Почти все", "Около половины", "Меньше трети"],
    because: (before: string, after: string, conv: string) =>
      `Полносвязная сеть падает с ${before} до ${after}, у свёрточной там ${conv}.`,
    digit: "номер цифры",
    dx: "вправо, dx",
    dy: "вниз, dy",
    move: "Цифра; тяните или двигайте стрелками",
    place: (dx: string, dy: string) => `dx = ${dx}, dy = ${dy}`,
    picture: (label: string) => `Цифра ${label}, как её видят обе сети`,
    isA: (label: string) => `Это ${label}.`,
    nets: { dense: "Полносвязная", conv: "Свёрточная" },
    about: {
      dense: "784 → 100 → 10",
      conv: "фильтры 5 × 5: 8, 16, 32; затем наибольший отклик каждого → 10",
    },
    answers: (net: string) => `${net}: что она отвечает`,
    map: "Верных ответов в процентах при каждом сдвиге",
    mapLabel: (net: string) => `${net}: верных ответов в процентах; столбцы — dx, строки — dy, от −4 до 4`,
    mapMove: "Сдвиг; тяните или двигайте стрелками",
    measuring: "Карта измеряется, когда обучение остановится.",
    here: "при этом сдвиге",
    mean: "в среднем по всем сдвигам",
    accuracy: "доля верных",
    caption: "Доля верных ответов на 100 цифрах при каждом сдвиге",
    columns: ["dx", "dy", "полносвязная", "свёрточная"],
    explain: [
      "Первый слой полносвязной сети считает $\\sum_i w_i x_i$. После сдвига на пиксель каждый $x_i$ встречает вес соседнего места. Ничто в сети не говорит, что эти два места связаны; каждую цифру пришлось бы учить в каждом месте заново.",
      "Свёртка сдвинутой картинки — это сдвинутая свёртка: $(Sx) * w = S(x * w)$. Наибольший отклик по всей картинке тогда то же самое число, пока ничто не вышло за край. Поэтому её карта бледнеет так медленно.",
      "И всё же бледнеет: субдискретизация 2 × 2 смотрит только на каждое второе место, а у края цифра обрезана. И плата за это: сеть больше не знает, где была линия.",
    ],
    task: "Найдите цифру и сдвиг не больше 3 пикселей в каждую сторону, при котором полносвязная сеть ошибается и уверена в ошибке не меньше чем на 80 %, а свёрточная даёт верной цифре не меньше 80 %.",
  },
});
