import { readSettings } from "../../config/read-settings.ts";
import type { StoredRejection } from "../../domain/rejection.ts";
import { whyNotReplayed } from "../../domain/why-not-replayed.ts";
import { rejectionPages } from "../../queries/rejection-pages.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { ALL, readLimit } from "../options/query-options.ts";
import { readFilter } from "../options/rejection-filter.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { printJsonLine, tell } from "../output/print.ts";
import { shortId } from "../output/short-id.ts";

/**
 * `rejections export`: prints the rejected messages, oldest first, one line of JSON each, for `validate` and `publish`.
 * Messages that were not kept whole or are not JSON are left out and reported; the exit code is then 1.
 */
export async function exportRejections(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const filter = readFilter(options);
  const limit = readLimit(options, ALL);
  return withStore(readSettings(env, storeSettingNames), "refuse", async (store) => {
    let exported = 0;
    let leftOut = 0;
    for await (const page of rejectionPages(store, filter, { limit, oldestFirst: true })) {
      for (const rejection of page) {
        const { id, payload } = rejection;
        const why = whyNotExported(rejection);
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

function whyNotExported(rejection: StoredRejection): string | null {
  if (rejection.origin === "rest") return "it came over REST, so it is not a message to publish";
  const isJson = rejection.payload.encoding === "json";
  return whyNotReplayed(rejection) ?? (isJson ? null : "its bytes could not be decoded");
}
