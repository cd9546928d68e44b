import { printable } from "../../domain/text/printable.ts";

/** A progress line on standard error that each update overwrites. Nothing is shown if standard error is not a terminal. */
export interface Progress {
  /** False if standard error is not a terminal. */
  readonly isVisible: boolean;
  show(text: string): void;
  /** Clears the line. */
  end(): void;
}

const CLEAR_LINE = "\r\u001b[K";

export function createProgress(
  terminal: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stderr,
): Progress {
  const write = (text: string): void => {
    if (terminal.isTTY) terminal.write(`${CLEAR_LINE}${printable(text)}`);
  };
  return { isVisible: terminal.isTTY, show: write, end: () => write("") };
}
