// A trained net to take home: as ONNX, as safetensors, as a TypeScript program. Files are made when asked for.
import { useState } from "preact/hooks";
import { usePreferences } from "../app/preferences.tsx";
import { shell } from "../text/index.ts";
import { formatNumber } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { codeOf } from "./code.ts";
import type { Place, SessionInfo } from "./session.ts";
import type { RoomSettings } from "./settings.ts";
import { text } from "./text.ts";
import type { RoomSession } from "./use-training.ts";

interface ExportProps {
  readonly session: RoomSession;
  readonly place: Place;
  readonly settings: RoomSettings;
  readonly info: SessionInfo;
  readonly isBusy: boolean;
}

/** Lets the browser save bytes under a name. */
function save(bytes: BlobPart, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes]));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function ExportPanel({ session, place, settings, info, isBusy }: ExportProps) {
  const t = useText(text);
  const { lab } = useText(shell);
  const { locale } = usePreferences();
  const [error, setError] = useState<string>();
  const [isCopied, setCopied] = useState(false);
  const code = codeOf(settings, info);
  const take = async (format: "onnx" | "safetensors"): Promise<void> => {
    setError(undefined);
    try {
      save(
        (await session.encode(place, format)) as Uint8Array<ArrayBuffer>,
        `net-step-${place.step}.${format}`,
      );
    } catch (problem) {
      setError(problem instanceof Error ? problem.message : String(problem));
    }
  };
  return (
    <section class="panel stage" aria-label={t.exportTitle}>
      <h2>{t.exportTitle}</h2>
      <p class="hint">{t.exportHint(formatNumber(place.step, locale))}</p>
      <div class="row">
        {(["onnx", "safetensors"] as const).map((format) => (
          <button key={format} type="button" disabled={isBusy} onClick={() => void take(format)}>
            {format === "onnx" ? "ONNX" : format}
          </button>
        ))}
        <button type="button" onClick={() => save(code, "train.ts")}>
          TypeScript
        </button>
        <button
          type="button"
          onClick={() => void navigator.clipboard.writeText(code).then(() => setCopied(true))}
        >
          {lab.copy}
        </button>
        <span aria-live="polite">{isCopied && lab.copied}</span>
      </div>
      {error !== undefined && (
        <p class="notice" role="alert">
          {lab.failed} {error}
        </p>
      )}
      <details>
        <summary>{lab.code}</summary>
        <pre class="code" tabIndex={0} data-testid="code">
          {code}
        </pre>
      </details>
    </section>
  );
}
