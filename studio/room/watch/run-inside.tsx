// A run of the command line from inside: one of the nets it has saved, looked at with images of the reader's choice, its
// score on the test images, and what it told of its weights while it trained.
import type { RunSummary } from "nabla/server";
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { type DataThere, useSources } from "../data/data-choice.tsx";
import { ExportPanel } from "../export-panel.tsx";
import { Confusion } from "../inspect/confusion.tsx";
import { Inspector, type Looked } from "../inspect/inspector.tsx";
import { Spread } from "../inspect/spread.tsx";
import { SHAPES, type SourceName } from "../settings.ts";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { shownName } from "./run-name.ts";
import type { NetFacts } from "./run-nets.ts";
import type { SavedNet } from "./run-source.ts";
import type { WatchedRun } from "./use-watched.ts";

interface RunInsideProps {
  readonly runs: readonly WatchedRun[];
  readonly list: readonly RunSummary[];
  readonly there: DataThere;
}

/** One of the runs that are watched, the newest unless another is chosen. */
export function RunInside({ runs, list, there }: RunInsideProps) {
  const t = useText(text);
  const [chosen, setChosen] = useState<string>();
  const run = runs.find(({ name }) => name === chosen) ?? runs.at(-1)!;
  const summary = list.find(({ name }) => name === run.name);
  return (
    <>
      <Nets key={run.name} {...{ run, summary, there }}>
        {runs.length > 1 && (
          <Choice
            {...{ label: t.run, value: run.name, options: runs.map(({ name }) => name), onChange: setChosen }}
            nameOf={shownName}
          />
        )}
      </Nets>
      <p
        class="for-readers"
        data-testid="watched"
        data-name={run.name}
        data-points={run.series.steps.length}
        data-loss={run.series.points.loss.at(-1)}
      />
    </>
  );
}

interface NetsProps {
  readonly run: WatchedRun;
  readonly summary: RunSummary | undefined;
  readonly there: DataThere;
  readonly children: preact.ComponentChildren;
}

/** The source whose images the run's net takes: what it was trained on, or what is most like it. */
function likeliest({ config }: Pick<RunSummary, "config">, facts: NetFacts, { own, given }: DataThere) {
  const fits = (shape: readonly number[] | undefined): boolean => shape?.join() === facts.shape.join();
  const named = (Object.keys(SHAPES) as SourceName[]).find((source) => source === config["data"]);
  if (named !== undefined) return named;
  if (fits(given?.shape)) return "given";
  if (fits(own.info?.shape)) return "files";
  return facts.shape[0] === 3 ? "cifar10" : "digits";
}

function Nets({ run, summary, there, children }: NetsProps) {
  const t = useText(text);
  const { sources, nameOf, canTake } = useSources(there);
  const { name } = run;
  const isEnded = run.end !== undefined;
  const nets = useComputed(
    () => engine.savedNets(name),
    [name, summary?.state, isEnded, run.series.epochs.length],
  );
  const session = useComputed(() => engine.openRun(name), [name]);
  const [chosen, setChosen] = useState<string>();
  const [source, setSource] = useState<SourceName>();
  const list = nets.value ?? [];
  const net = list.find((each) => keyOf(each) === chosen) ?? list[0];
  const facts = useComputed(
    async () => net && session.value && { net, ...(await session.value.facts(net)) },
    [session.value, net && `${keyOf(net)} ${net.modified}`],
  );
  const known = facts.value;
  const images = source ?? (summary && known && likeliest(summary, known, there));
  const looked =
    known &&
    session.value &&
    images &&
    lookedOf(session.value, known, { source: images, turn: there.own.turn });
  const step = (at: string | undefined): string => t.runInside(shownName(name), at);
  const file = shownName(name).replaceAll("/", "-");
  return (
    <>
      <Inspector title={step} looked={looked} isRunning={summary?.state === "training"} testId="run-inside">
        <div class="row end">
          {children}
          {net && (
            <Choice
              {...{ label: t.savedNet, value: keyOf(net), options: list.map(keyOf), onChange: setChosen }}
              nameOf={(each) => (each === TRAINED ? t.trainedNet : each.replace(/\.safetensors$/, ""))}
            />
          )}
          {images && (
            <Choice
              {...{ label: t.lookedWith, value: images, options: sources, nameOf, canTake }}
              onChange={setSource}
            />
          )}
        </div>
        {net === undefined && !nets.isBusy && <p>{t.noNet}</p>}
        {facts.error !== undefined && (
          <p class="notice" role="alert">
            {facts.error}
          </p>
        )}
        <Told {...{ run, isEnded }} hasNet={looked !== undefined} state={summary?.state} />
      </Inspector>
      {known && session.value && (
        <ExportPanel
          {...{ title: t.takeRun(shownName(name)), hint: t.takeRunHint, name: file, isBusy: false }}
          encode={(format) => session.value!.encode(known.net, format)}
        />
      )}
    </>
  );
}

const TRAINED = "";
const keyOf = ({ file }: SavedNet): string => file ?? TRAINED;

type RunSession = Awaited<ReturnType<typeof engine.openRun>>;

function lookedOf(
  session: RunSession,
  { net, step, classes }: NetFacts & { readonly net: SavedNet },
  images: { readonly source: SourceName; readonly turn: number },
): Looked {
  return {
    key: `${keyOf(net)} ${net.modified} ${images.source} ${images.turn}`,
    ...{ step, classes },
    judge: () => session.judge(net, images),
    view: (image) => session.view(net, images, image),
  };
}

interface ToldProps {
  readonly run: WatchedRun;
  readonly isEnded: boolean;
  /** Whether a net shows more than what was told. */
  readonly hasNet: boolean;
  readonly state: RunSummary["state"] | undefined;
}

/** What the run itself has told: its score on the test images, and its spreads while there is no net to look at. */
function Told({ run, isEnded, hasNet, state }: ToldProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const score = useComputed(() => engine.testScore(run.name), [run.name, state, isEnded]).value;
  const { histograms } = run;
  return (
    <>
      {score && (
        <>
          <p>{t.testScore(formatPercent(score.accuracy, locale, 2), formatNumber(score.loss, locale))}</p>
          {!hasNet && (
            <Confusion confusion={score.confusion} classes={score.confusion.map((_, i) => String(i))} />
          )}
        </>
      )}
      {histograms && !hasNet && (
        <details>
          <summary>{t.spread}</summary>
          <Spread spread={histograms} />
        </details>
      )}
    </>
  );
}
