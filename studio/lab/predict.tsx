// "Predict": a question before the run, by choice or by number. The answer is checked against what the engine computed,
// and nothing is told before there is an answer.
import { useId, useState } from "preact/hooks";
import { shell } from "../text/index.ts";
import { parseNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { Prose } from "../widgets/tex.tsx";

export type Prediction =
  | {
      readonly question: string;
      readonly options: readonly string[];
      /** Index of the right option, undefined while the engine computes it. */
      readonly answer: number | undefined;
      /** Why, told after the answer. */
      readonly because: string;
    }
  | {
      readonly question: string;
      /** The right number, undefined while the engine computes it. */
      readonly number: number | undefined;
      /** How far from it is right still. */
      readonly tolerance: number;
      readonly because: string;
      /** Called when there is an answer, right or wrong: what was hidden can be shown. */
      readonly onAnswer?: () => void;
    };

export function Predict({ prediction }: { readonly prediction: Prediction }) {
  const t = useText(shell);
  const [answer, setAnswer] = useState<number>();
  const verdict = answer === undefined ? undefined : judge(prediction, answer);
  return (
    <section class="panel predict" aria-label={t.lab.predict}>
      <h2>{t.lab.predict}</h2>
      <p>
        <Prose text={prediction.question} />
      </p>
      {"options" in prediction ? (
        <Choice options={prediction.options} chosen={answer} onAnswer={setAnswer} />
      ) : (
        <NumberAnswer
          label={t.lab.predict}
          onAnswer={(value) => {
            setAnswer(value);
            prediction.onAnswer?.();
          }}
        />
      )}
      <div aria-live="polite">
        {verdict !== undefined && (
          <p>
            <span class={`verdict ${verdict ? "good" : "bad"}`}>{verdict ? t.lab.right : t.lab.wrong}</span>{" "}
            <Prose text={prediction.because} />
          </p>
        )}
      </div>
    </section>
  );
}

/** Whether the answer is right; unknown while the engine still computes the right one. */
function judge(prediction: Prediction, answer: number): boolean | undefined {
  if ("options" in prediction) {
    return prediction.answer === undefined ? undefined : answer === prediction.answer;
  }
  const { number, tolerance } = prediction;
  return number === undefined ? undefined : Math.abs(answer - number) <= tolerance;
}

interface ChoiceProps {
  readonly options: readonly string[];
  readonly chosen: number | undefined;
  readonly onAnswer: (choice: number) => void;
}

function Choice({ options, chosen, onAnswer }: ChoiceProps) {
  return (
    <div class="row">
      {options.map((option, index) => (
        <button key={option} type="button" aria-pressed={chosen === index} onClick={() => onAnswer(index)}>
          <Prose text={option} />
        </button>
      ))}
    </div>
  );
}

function NumberAnswer({ label, onAnswer }: { label: string; onAnswer: (value: number) => void }) {
  const t = useText(shell);
  const id = useId();
  const [text, setText] = useState("");
  const [isOdd, setOdd] = useState(false);
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        const value = parseNumber(text);
        setOdd(value === undefined);
        if (value !== undefined) onAnswer(value);
      }}
    >
      <span class="field">
        <input
          id={id}
          type="text"
          inputMode="decimal"
          autocomplete="off"
          aria-label={label}
          aria-invalid={isOdd}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </span>
      <button type="submit">{t.lab.check}</button>
      {isOdd && (
        <span class="problem" role="alert">
          {t.fields.notANumber}
        </span>
      )}
    </form>
  );
}
