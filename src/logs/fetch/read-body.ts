import type { Readable } from "node:stream";
import type { FetchClock } from "./fetch-clock.ts";
import type { FetchLimits } from "./fetch-limits.ts";
import { LogFetchError } from "./log-source.ts";
import { toFetchError } from "./network-failure.ts";

/**
 * Yields the body's pieces as they arrive, within limits. Idle time counts only while this waits for the network, not while the
 * reader works.
 */
export async function* readBody(
  body: Readable,
  clock: FetchClock,
  host: string,
  limits: FetchLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await clock.within(limits.idleMs, `nothing more from ${host}`, () =>
        pieces.next(),
      );
      if (done) return;
      bytes += value.length;
      if (bytes > limits.bytes) {
        throw new LogFetchError("too-large", `more than ${limits.bytes} bytes`, true);
      }
      yield value;
    }
  } catch (error) {
    throw toFetchError(error, host);
  } finally {
    clock.stop();
    // The reader may have stopped early. The rest of an endless body must not keep arriving.
    body.destroy();
  }
}
