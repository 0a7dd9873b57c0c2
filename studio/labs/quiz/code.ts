// The program that the quiz hands out: its first question. Runs as it stands with `nabla`.
export const CODE = `\
import { grad, type Tensor, tensor } from "nabla";

const Q = (w: Tensor) => w.square();
for (const eta of [0.1, 0.5, 1, 1.1]) {
  let w = tensor(4);
  const path = [4];
  for (let t = 0; t < 4; t++) {
    w = tensor(await w.sub(grad(Q)(w).mul(eta)).item());
    path.push(await w.item());
  }
  console.log(\`η = \${eta}:\`, path.join(", "));
}
`;
