// Lab 16: the quiz. What an answer is judged by and answered with comes from the engine.
import { usePreferences } from "../../app/preferences.tsx";
import { engineOf } from "../../engine/client.ts";
import { useComputed } from "../../engine/use-computed.ts";
import { LabPage } from "../../lab/lab-page.tsx";
import { useLabState } from "../../lab/state.ts";
import { shell } from "../../text/index.ts";
import { formatNumber, plural } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { FaultText } from "../../widgets/fault-text.tsx";
import { Later } from "../../widgets/later.tsx";
import { Prose, texNumber } from "../../widgets/tex.tsx";
import { Value } from "../../widgets/value.tsx";
import { against } from "./against.ts";
import { CODE } from "./code.ts";
import type * as Compute from "./compute.ts";
import { CHAPTERS, IDS, type QuestionId, questionOf } from "./questions.ts";
import { text } from "./text.ts";

const engine = engineOf<typeof Compute>("quiz");

/** How far the guess of one's own score may be off. */
const NEAR = 2;

/** No answer yet. */
const OPEN = -1;
const USUAL = { a: IDS.map(() => OPEN) as readonly number[] };

/** What is offered, as text. */
function useOptions(id: QuestionId): readonly string[] {
  const t = useText(text);
  const { locale } = usePreferences();
  return (
    t.questions[id].options ?? (questionOf(id).options ?? []).map((option) => formatNumber(option, locale))
  );
}

export function Lab() {
  const t = useText(text);
  const common = useText(shell);
  const { locale } = usePreferences();
  const [{ a: answers }, update] = useLabState("quiz", USUAL, ({ a }) => ({
    a: IDS.map((id, i) => {
      const [given, offered] = [
        a[i] ?? OPEN,
        questionOf(id).options?.length ?? text.en.questions[id].options!.length,
      ];
      return Number.isInteger(given) && given >= 0 && given < offered ? given : OPEN;
    }),
  }));
  const answered = answers.filter((answer) => answer !== OPEN).length;
  const right = IDS.filter((id, i) => answers[i] === questionOf(id).answer).length;
  const show = (value: number): string => formatNumber(value, locale);
  const answer = (id: QuestionId, choice: number): void =>
    update({ a: answers.map((old, i) => (IDS[i] === id ? choice : old)) });
  return (
    <LabPage
      id="quiz"
      lead={t.lead}
      prediction={{
        question: t.guess(show(IDS.length)),
        ...{ number: answered === IDS.length ? right : undefined, tolerance: NEAR },
        because: t.guessed(show(right), show(IDS.length)),
      }}
      explain={t.explain}
      task={{ text: t.task, isDone: right >= 20 }}
      table={{
        caption: t.caption,
        columns: t.columns,
        rows: IDS.map((id, i) => [
          id,
          answers[i] === OPEN ? t.open : answers[i]! + 1,
          answers[i] === OPEN ? t.open : answers[i] === questionOf(id).answer ? "✓" : "✗",
        ]),
      }}
      code={CODE}
    >
      <p aria-live="polite">
        <Value
          {...{ value: right, label: t.score, name: "score" }}
          tex={`\\frac{${right}}{${Math.max(1, answered)}} = ${texNumber(formatNumber(right / Math.max(1, answered), locale))}`}
        />{" "}
        {plural(right, t.rightAnswers, locale)} {t.of(show(answered), show(IDS.length))}
      </p>
      {CHAPTERS.map((chapter) => (
        <section key={chapter}>
          <h2>{common.groups[chapter]}</h2>
          <div class="stage">
            {IDS.filter((id) => questionOf(id).chapter === chapter).map((id) => (
              <Later key={id}>
                <Asked id={id} given={answers[IDS.indexOf(id)]!} onAnswer={(choice) => answer(id, choice)} />
              </Later>
            ))}
          </div>
        </section>
      ))}
      <div>
        <button type="button" onClick={() => update(USUAL)}>
          {t.again}
        </button>
      </div>
    </LabPage>
  );
}

function Asked({
  id,
  given,
  onAnswer,
}: {
  id: QuestionId;
  given: number;
  onAnswer: (choice: number) => void;
}) {
  const t = useText(text);
  const options = useOptions(id);
  return (
    <fieldset class="panel" data-question={id}>
      <legend class="for-readers">{t.number(IDS.indexOf(id) + 1)}</legend>
      <p>
        <Prose text={t.questions[id].question} />
      </p>
      <div class="row">
        {options.map((option, choice) => (
          <button key={option} type="button" aria-pressed={given === choice} onClick={() => onAnswer(choice)}>
            <Prose text={option} />
          </button>
        ))}
      </div>
      <div class="answered" aria-live="polite">
        {given !== OPEN && <Verdict id={id} given={given} />}
      </div>
    </fieldset>
  );
}

/** Right or wrong, by what the engine finds now. */
function Verdict({ id, given }: { id: QuestionId; given: number }) {
  const t = useText(text);
  const common = useText(shell);
  const { locale } = usePreferences();
  const options = useOptions(id);
  const counter = useText(against)[id];
  const show = (numbers: readonly number[]): string[] => numbers.map((value) => formatNumber(value, locale));
  const evidence = useComputed(
    async () => ({
      ...{ given, found: await engine.findEvidence(id) },
      numbers: given === questionOf(id).answer ? undefined : await engine.findCounterexample(id, given),
    }),
    [id, given],
  );
  const { value } = evidence;
  if (value?.given !== given)
    return <p class="hint">{evidence.error ? <FaultText fault={evidence.error} /> : common.lab.computing}</p>;
  const isRight = given === value.found.answer;
  return (
    <p>
      <span class={`verdict ${isRight ? "good" : "bad"}`}>
        {isRight ? `✓ ${common.lab.right}` : `✗ ${common.lab.wrong}`}
      </span>{" "}
      {!isRight && counter && value.numbers && (
        <span data-testid="counterexample">
          <Prose text={counter(options[given]!, show(value.numbers))} />{" "}
        </span>
      )}
      <Prose text={t.questions[id].because(show(value.found.numbers))} />
    </p>
  );
}
