// The keys of every lab: Space runs and pauses, → takes one step, R resets. Typing and choosing come first.
import { useEffect, useRef } from "preact/hooks";

/** What can be done with a lab that runs. */
export interface RunActions {
  readonly isRunning: boolean;
  readonly run: () => void;
  readonly step?: (() => void) | undefined;
  /** What `step` goes on by; one step if left out. */
  readonly stride?: "step" | "epoch" | undefined;
  readonly reset: () => void;
  readonly disabled?: boolean;
}

/** Elements that use all these keys themselves, and those that are pressed by Space alone. */
const OWN = "input, select, textarea, [role=slider], [role=grid], [data-own-keys]";
const PRESSED = "button, summary, a";

/** Follows the keys while the page is open. */
export function useRunKeys(actions: RunActions | undefined): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const now = latest.current;
      if (now === undefined || now.disabled || event.ctrlKey || event.metaKey || event.altKey) return;
      const own = event.code === "Space" ? `${OWN}, ${PRESSED}` : OWN;
      if (event.target instanceof Element && event.target.closest(own) !== null) return;
      const action =
        event.code === "Space"
          ? now.run
          : event.code === "ArrowRight"
            ? now.step
            : event.code === "KeyR"
              ? now.reset
              : undefined;
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
