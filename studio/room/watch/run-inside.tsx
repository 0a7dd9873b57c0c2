// A run of the command line from inside: one of the nets it has saved, looked at with images of the reader's choice, its
// score on the test images, and what it told of its weights while it trained.
import type { RunSummary } from "nabla/server";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { usePreferences } from "../../app/preferences.tsx";
import { useComputed } from "../../engine/use-computed.ts";
import { formatNumber, formatPercent } from "../../text/locale.ts";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import { FaultText } from "../../widgets/fault-text.tsx";
import { type DataThere, useSources } from "../data/data-choice.tsx";
import { ExportPanel } from "../export-panel.tsx";
import { Confusion } from "../inspect/confusion.tsx";
import { Inspector, type Looked } from "../inspect/inspector.tsx";
import { Spread } from "../inspect/spread.tsx";
import { SHAPES, type SourceName } from "../settings.ts";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { shownName } from "./run-name.ts";
import type { LookedWith, NetFacts } from "./run-nets.ts";
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
  readonly children: ComponentChildren;
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

/** The nets that a run has saved, and the one that is chosen. */
function useNets({ name, series, end }: WatchedRun, state: RunSummary["state"] | undefined) {
  const nets = useComputed(
    () => engine.savedNets(name),
    [name, state, end !== undefined, series.epochs.length],
  );
  const session = useComputed(() => engine.openRun(name), [name]).value;
  const [chosen, choose] = useState<string>();
  const list = nets.value ?? [];
  const net = list.find((each) => keyOf(each) === chosen) ?? list[0];
  const facts = useComputed(
    async () => net && session && { net, session, ...(await session.facts(net)) },
    [session, net && `${keyOf(net)} ${net.modified}`],
  );
  return { list, net, choose, known: facts.value, error: facts.error, isMissing: !nets.isBusy && !net };
}

function Nets({ run, summary, there, children }: NetsProps) {
  const t = useText(text);
  const { sources, nameOf, canTake } = useSources(there);
  const { list, net, choose, known, error, isMissing } = useNets(run, summary?.state);
  const [source, setSource] = useState<SourceName>();
  const images = source ?? (summary && known && likeliest(summary, known, there));
  const looked = known && images && lookedOf(known, { source: images, turn: there.own.turn });
  const name = shownName(run.name);
  return (
    <>
      <Inspector
        {...{ looked, isRunning: summary?.state === "training", testId: "run-inside" }}
        title={(step) => t.runInside(name, step)}
      >
        <div class="row end">
          {children}
          {net && (
            <Choice
              {...{ label: t.savedNet, value: keyOf(net), options: list.map(keyOf), onChange: choose }}
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
        {isMissing && <p>{t.noNet}</p>}
        {error !== undefined && (
          <p class="notice" role="alert">
            <FaultText fault={error} />
          </p>
        )}
        <Told run={run} hasNet={looked !== undefined} state={summary?.state} />
      </Inspector>
      {known && (
        <ExportPanel
          {...{ title: t.takeRun(name), hint: t.takeRunHint, isBusy: false }}
          name={name.replaceAll("/", "-")}
          encode={(format) => known.session.encode(known.net, format)}
        />
      )}
    </>
  );
}

const TRAINED = "";
const keyOf = ({ file }: SavedNet): string => file ?? TRAINED;

type RunSession = Awaited<ReturnType<typeof engine.openRun>>;

function lookedOf(
  { net, session, step, classes }: NetFacts & { readonly net: SavedNet; readonly session: RunSession },
  images: LookedWith,
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
  /** Whether a net shows more than what was told. */
  readonly hasNet: boolean;
  readonly state: RunSummary["state"] | undefined;
}

/** What the run itself has told: its score on the test images, and its spreads while there is no net to look at. */
function Told({ run, hasNet, state }: ToldProps) {
  const t = useText(text);
  const { locale } = usePreferences();
  const score = useComputed(() => engine.testScore(run.name), [run.name, state, run.end !== undefined]).value;
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
