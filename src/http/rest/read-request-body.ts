import type { Readable } from "node:stream";
import type { BodyBudget } from "./body-budget.ts";

/** Why a body was not read completely: it is too long, the memory for bodies is used up, or its connection was lost. */
export type BodyTrouble = "too-long" | "no-room" | "cut-off";

export type BodyReading =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly trouble: BodyTrouble };

/**
 * Reads a body into memory, within the limits. If that succeeds, its bytes stay reserved in the budget until the caller gives
 * them back.
 *
 * @param declared - the `Content-Length`; null if the body is sent in chunks.
 * @param onChunk - called with each piece as it arrives.
 */
export async function readBody(
  stream: Readable,
  declared: number | null,
  limits: { readonly maxBytes: number; readonly budget: BodyBudget },
  onChunk: (chunk: Buffer) => void,
): Promise<BodyReading> {
  const { maxBytes, budget } = limits;
  if (declared !== null && declared > maxBytes) return { ok: false, trouble: "too-long" };
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stopped = (trouble: BodyTrouble): BodyReading => {
    budget.giveBack(bytes);
    // Discard the rest, so that the client can finish sending and read the answer.
    stream.resume();
    return { ok: false, trouble };
  };
  try {
    // The stream must not be destroyed at the end, because the answer is sent on the same socket.
    for await (const piece of stream.iterator({ destroyOnReturn: false })) {
      const chunk: Buffer = piece;
      if (bytes + chunk.length > maxBytes) return stopped("too-long");
      if (!budget.take(chunk.length)) return stopped("no-room");
      bytes += chunk.length;
      chunks.push(chunk);
      onChunk(chunk);
    }
  } catch {
    // The client has closed the connection or was too slow, so nobody will read the answer.
    return stopped("cut-off");
  }
  return { ok: true, body: Buffer.concat(chunks, bytes) };
}
