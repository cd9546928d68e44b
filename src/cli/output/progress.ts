import { printable } from "../../domain/text/printable.ts";

/** A line on standard error that is written over again and again; nothing where that is no terminal. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away. */
  end(): void;
}

const CLEAR_LINE = "\r\u001b[K";

export function createProgress(
  terminal: Pick<NodeJS.WriteStream, "isTTY" | "write"> = process.stderr,
): Progress {
  const write = (text: string): void => {
    if (terminal.isTTY) terminal.write(`${CLEAR_LINE}${printable(text)}`);
  };
  return { show: write, end: () => write("") };
}
