import { whyNotReplayed } from "../ingest/replay-rejections.ts";
import { printJsonLine, tell } from "./print.ts";
import { type CommandOptions, exitCodes } from "./program.ts";
import { ALL, readLimit } from "./query-options.ts";
import { readFilter, rejectionPages, shortId } from "./rejection-query.ts";
import { withStoreThere } from "./with-store.ts";

/**
 * `rejections export`: the messages themselves, a line of JSON each, oldest first, as `validate` and `publish` take
 * them. What is not there whole, or is no JSON, is left out and told; exit code 1 then.
 */
export async function exportRejections(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const filter = readFilter(options);
  const limit = readLimit(options, ALL);
  return withStoreThere(env, async (store) => {
    let exported = 0;
    let leftOut = 0;
    for await (const page of rejectionPages(store, filter, { limit, oldestFirst: true })) {
      for (const rejection of page) {
        const { id, payload } = rejection;
        const why =
          whyNotReplayed(rejection) ??
          (payload.encoding === "json" ? null : "its bytes could not be decoded");
        if (why === null) {
          exported++;
          await printJsonLine(payload.content);
        } else {
          leftOut++;
          tell(`${shortId(id)} is left out: ${why}`);
        }
      }
    }
    tell(`${exported} exported${leftOut === 0 ? "" : `, ${leftOut} left out: see rejections show`}`);
    return leftOut === 0 ? exitCodes.ok : exitCodes.failed;
  });
}
