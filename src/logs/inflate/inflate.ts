import type { Transform } from "node:stream";
import type { LogFault } from "../../domain/log-faults.ts";
import type { PieceReader } from "./piece-reader.ts";
import { UnreadableLog } from "./unreadable-log.ts";

/** A decompressing stream of `node:zlib`. */
export type Inflater = Transform & { readonly bytesWritten: number };

/**
 * Yields the inflated data. Bytes after the end of the compressed data stay in the reader.
 *
 * Nothing is read ahead: the next compressed piece is read only after all output of the previous one has been consumed.
 * So memory stays small at any compression ratio, and leaving the loop early never waits for the network.
 *
 * @param toFault - returns the fault for an error of the inflater.
 * @throws UnreadableLog if the inflater fails.
 */
export async function* inflate(
  reader: PieceReader,
  inflater: Inflater,
  toFault: (detail: string) => LogFault,
): AsyncGenerator<Buffer, void, undefined> {
  let ended = false;
  let failure: Error | null = null;
  let taken = false;
  let wake = (): void => undefined;
  inflater.on("readable", () => wake());
  inflater.on("end", () => {
    ended = true;
    wake();
  });
  inflater.on("error", (error) => {
    failure = error;
    wake();
  });
  try {
    for (;;) {
      const piece = await reader.next();
      if (piece?.length === 0) continue;
      const before = inflater.bytesWritten;
      taken = false;
      if (piece === null) inflater.end();
      // If the compressed data ends within this piece, "end" is emitted and the callback is not called.
      else {
        inflater.write(piece, () => {
          taken = true;
          wake();
        });
      }
      for (;;) {
        const output: unknown = inflater.read();
        if (failure !== null) throw new UnreadableLog(toFault(String(failure)));
        if (Buffer.isBuffer(output)) yield output;
        else if (ended || taken) break;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      const rest = piece?.subarray(inflater.bytesWritten - before) ?? Buffer.alloc(0);
      if (rest.length > 0) reader.unread(rest);
      if (ended || rest.length > 0) return;
    }
  } finally {
    inflater.destroy();
  }
}
