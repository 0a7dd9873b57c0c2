// The reader's files as the page knows them: what they hold, or what is wrong with those given last. The files themselves
// go to the worker. Knows nothing of where on the page they are given.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Fault, faultOf } from "../../engine/fault.ts";
import { useText } from "../../text/use-text.ts";
import { text } from "../text.ts";
import { engine } from "../use-training.ts";
import { type FoundFile, filesOfDrop, isTooLarge, readFound } from "./found-files.ts";
import type { FilesInfo } from "./own-files.ts";

export interface OwnFiles {
  /** What the files that were taken last hold. */
  readonly info: FilesInfo | undefined;
  /** Changes with each taking. */
  readonly turn: number;
  readonly isReading: boolean;
  /** Why the files given last were not taken; those before are still there. */
  readonly problem: Fault | undefined;
  take(found: readonly FoundFile[]): void;
  /** Tells of a problem, or that there is none any longer. */
  refuse(problem: Fault | undefined): void;
}

/** `onTaken` is called when files have been taken. */
export function useOwnFiles(onTaken: () => void): OwnFiles {
  const t = useText(text);
  const [own, setOwn] = useState<Pick<OwnFiles, "info" | "turn">>({ info: undefined, turn: 0 });
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState<Fault>();
  const take = async (found: readonly FoundFile[]): Promise<void> => {
    if (found.length === 0) return;
    setProblem(isTooLarge(found) ? { message: t.filesTooLarge } : undefined);
    if (isTooLarge(found)) return;
    setReading(true);
    try {
      const info = await engine.takeFiles(await readFound(found));
      setOwn(({ turn }) => ({ info, turn: turn + 1 }));
      onTaken();
    } catch (error) {
      setProblem(faultOf(error));
    } finally {
      setReading(false);
    }
  };
  return { ...own, isReading, problem, take: (found) => void take(found), refuse: setProblem };
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;

/**
 * Takes files that are dropped anywhere on the page, which a browser would leave the page for; gives whether some are
 * held over it. `onProblem` is told where they cannot be read.
 */
export function useDrop(
  onFiles: (found: readonly FoundFile[]) => void,
  onProblem: (problem: Fault) => void,
): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef({ onFiles, onProblem });
  latest.current = { onFiles, onProblem };
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      // Only where it leaves the window.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      const { onFiles, onProblem } = latest.current;
      filesOfDrop(event.dataTransfer!).then(onFiles, (error: unknown) => onProblem(faultOf(error)));
    };
    const on = { dragover: over, dragleave: leave, drop };
    for (const [name, listener] of Object.entries(on)) addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(on)) removeEventListener(name, listener as EventListener);
    };
  }, []);
  return isOver;
}
