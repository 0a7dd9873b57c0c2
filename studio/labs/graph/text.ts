// The texts of the lab of the graph.
import { defineText } from "../../text/locale.ts";

export const text = defineText({
  en: {
    lead: "A network is a graph of small formulas. Forward, each node is worked out from those before it; backward, each derivative from those after it. Walk it step by step and say each derivative before it is shown.",
    question: "How many different paths lead from $w_{11}$ to $a$?",
    options: ["1", "2", "4"],
    because:
      "$w_{11}$ enters $z_1$, and $z_1$ reaches $a$ through $h_1$ and through $h_2$: the derivative is the sum over both.",
    graph:
      "The net: inputs x, hidden z and h, output a; on the edges the weights. What has been worked out is filled in.",
    next: (what: string) => `Next: ${what} = ?`,
    reveal: "Show it",
    done: "All is worked out.",
    progress: (done: string, all: string) => `${done} of ${all} worked out`,
    guess: "your answer",
    was: (what: string, value: string) => `${what} = ${value}.`,
    back: "One step back",
    edit: "Change weights and inputs",
    restore: "The lecture's numbers",
    quotientOf: (name: string) => `difference quotient of ${name}`,
    ledger: "What is known so far",
    caption: "Every number of the net and its derivative",
    columns: ["number", "value", "∂a/∂·", "difference quotient"],
    paths: "∂a/∂w₁₁ is the sum over two paths",
    through: (node: string) => `through ${node}: `,
    explain: [
      "**Forward**: $z = W_1 x$, $s = W_2 z$, $h = \\max(0, s)$, $a = u\\cdot h$. With $x = (5, -1)$: $z = (7, -1)$, $h = (0, 13)$, $a = -13$.",
      "**Backward**: start from $\\partial a/\\partial a = 1$ and go against the arrows. A node's derivative is the sum, over the arrows that leave it, of the derivative at the other end times that of the arrow. Each is computed once and used by all that come before.",
      "$\\mathrm{relu}'(s_1) = 0$, since $s_1 = -9$ is negative: the upper path is shut, nothing upstream of it learns through it. The difference quotient $\\frac{a(v+h)-a(v-h)}{2h}$ beside each derivative, with $h = 1/64$, knows nothing of the chain rule, and agrees.",
    ],
    task: "Open both paths: change weights so that both shares of $\\partial a/\\partial w_{11}$ differ from zero.",
  },
  ru: {
    lead: "Сеть — это граф маленьких формул. Вперёд каждый узел считается по предыдущим, назад каждая производная — по последующим. Пройдите его по шагам и называйте каждую производную до того, как она откроется.",
    question: "Сколько разных путей ведёт от $w_{11}$ к $a$?",
    options: ["1", "2", "4"],
    because:
      "$w_{11}$ входит в $z_1$, а $z_1$ доходит до $a$ через $h_1$ и через $h_2$: производная — сумма по обоим.",
    graph: "Сеть: входы x, скрытые z и h, выход a; на рёбрах веса. Посчитанное вписано.",
    next: (what: string) => `Дальше: ${what} = ?`,
    reveal: "Показать",
    done: "Посчитано всё.",
    progress: (done: string, all: string) => `посчитано ${done} из ${all}`,
    guess: "ваш ответ",
    was: (what: string, value: string) => `${what} = ${value}.`,
    back: "Шаг назад",
    edit: "Изменить веса и входы",
    restore: "Числа из лекции",
    quotientOf: (name: string) => `разностное отношение по ${name}`,
    ledger: "Что уже известно",
    caption: "Каждое число сети и его производная",
    columns: ["число", "значение", "∂a/∂·", "разностное отношение"],
    paths: "∂a/∂w₁₁ — сумма по двум путям",
    through: (node: string) => `через ${node}: `,
    explain: [
      "**Вперёд**: $z = W_1 x$, $s = W_2 z$, $h = \\max(0, s)$, $a = u\\cdot h$. При $x = (5;\\,-1)$: $z = (7;\\,-1)$, $h = (0;\\,13)$, $a = -13$.",
      "**Назад**: начинаем с $\\partial a/\\partial a = 1$ и идём против стрелок. Производная узла — сумма по выходящим стрелкам: производная на том конце, умноженная на производную стрелки. Каждая считается один раз и служит всем, кто раньше.",
      "$\\mathrm{relu}'(s_1) = 0$, ведь $s_1 = -9$ отрицательно: верхний путь закрыт, и всё перед ним через него не учится. Разностное отношение $\\frac{a(v+h)-a(v-h)}{2h}$ рядом с каждой производной ($h = 1/64$) о цепном правиле не знает — и совпадает.",
    ],
    task: "Откройте оба пути: измените веса так, чтобы обе доли $\\partial a/\\partial w_{11}$ были не нулевыми.",
  },
});
