// What has gone wrong, in the page's language, with the engine's own words. Knows nothing of where it is shown.
import type { Fault } from "../engine/fault.ts";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";

export function FaultText({ fault: { kind, message } }: { readonly fault: Fault }) {
  const { faults } = useText(shell);
  const told = kind && faults[kind];
  // In English the engine's words say it all.
  if (!told) return <>{message}</>;
  return (
    <>
      {told}{" "}
      <span class="engine-words" lang="en">
        {message}
      </span>
    </>
  );
}
