import { setImmediate as nextTurn } from "node:timers/promises";
import { Misuse } from "../domain/faults.ts";
import { openThreadPool, ThreadFailure } from "../threads/thread-pool.ts";
import { noRegistry, parseRegistry, type Registry, toRegistry } from "./registry.ts";
import { type RegistryReply, type RegistryTask, registryReply } from "./registry-thread-messages.ts";

/** A smaller text is parsed on the main thread, within some tens of milliseconds. Starting a thread takes longer than that. */
const SMALL_CHARACTERS = 16 * 1024;
/** Enough for the largest registry that is allowed. */
const LONGEST_MS = 120_000;
const HEAP_MIB = 2048;

/**
 * Parses a registry while the worker runs. A large registry is parsed on a thread of its own, so that the event loop is not
 * blocked. The thread ends afterwards. Parameters and errors are the same as those of `parseRegistry`.
 *
 * @param entry - the compiled code of the thread. Tests run without compilation, so they pass it.
 * @throws Misuse also if the thread fails.
 */
export async function parseChangedRegistry(
  path: string,
  text: string | null,
  deployment: string | undefined,
  entry: URL = new URL("./registry-thread-entry.js", import.meta.url),
): Promise<Registry> {
  if (text === null) throw noRegistry(path);
  if (text.length <= SMALL_CHARACTERS) return parseRegistry(path, text, deployment);
  const thread = openThreadPool<RegistryTask, RegistryReply>({
    ...{ entry, threads: 1, workerData: null, reply: registryReply },
    ...{ stallMs: LONGEST_MS, totalMs: LONGEST_MS, heapMib: HEAP_MIB },
  });
  try {
    const { contents, problems } = await thread.run({ path, text, deployment });
    if (problems !== null) throw new Misuse(problems);
    // Reading the reply has taken some time, so let other work run first.
    await nextTurn();
    const registry = toRegistry(contents);
    await nextTurn();
    return registry;
  } catch (error) {
    if (!(error instanceof ThreadFailure)) throw error;
    throw new Misuse([`${path}: it could not be parsed: ${error.message}`]);
  } finally {
    await thread.close();
  }
}
