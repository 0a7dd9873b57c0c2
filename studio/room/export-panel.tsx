// A trained net to take home: as ONNX, as safetensors, as a TypeScript program. Files are made when asked for.
import { useState } from "preact/hooks";
import { type Fault, faultOf } from "../engine/fault.ts";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";
import { FaultText } from "../widgets/fault-text.tsx";

interface ExportProps {
  readonly title: string;
  readonly hint: string;
  /** What files are called, without what their names end in. */
  readonly name: string;
  readonly encode: (format: "onnx" | "safetensors") => Promise<Uint8Array>;
  /** The program that trains such a net, where it is known. */
  readonly code?: string;
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

export function ExportPanel({ title, hint, name, encode, code, isBusy }: ExportProps) {
  const { lab } = useText(shell);
  const [error, setError] = useState<Fault>();
  const [isCopied, setCopied] = useState(false);
  const take = async (format: "onnx" | "safetensors"): Promise<void> => {
    setError(undefined);
    try {
      save((await encode(format)) as Uint8Array<ArrayBuffer>, `${name}.${format}`);
    } catch (problem) {
      setError(faultOf(problem));
    }
  };
  return (
    <section class="panel stage" aria-label={title}>
      <h2>{title}</h2>
      <p class="hint">{hint}</p>
      <div class="row">
        {(["onnx", "safetensors"] as const).map((format) => (
          <button key={format} type="button" disabled={isBusy} onClick={() => void take(format)}>
            {format === "onnx" ? "ONNX" : format}
          </button>
        ))}
        {code !== undefined && (
          <>
            <button type="button" onClick={() => save(code, "train.ts")}>
              TypeScript
            </button>
            <button
              type="button"
              onClick={() => void navigator.clipboard.writeText(code).then(() => setCopied(true))}
            >
              {lab.copy}
            </button>
          </>
        )}
        <span aria-live="polite">{isCopied && lab.copied}</span>
      </div>
      {error !== undefined && (
        <p class="notice" role="alert">
          {lab.failed} <FaultText fault={error} />
        </p>
      )}
      {code !== undefined && (
        <details>
          <summary>{lab.code}</summary>
          <pre class="code" tabIndex={0} data-testid="code">
            {code}
          </pre>
        </details>
      )}
    </section>
  );
}
