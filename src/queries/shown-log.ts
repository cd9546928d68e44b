import { blankLogUrl, blankSecrets } from "../domain/text/blank-url.ts";
import type { StoredLog } from "../store/ports/log-store.ts";

/** Returns a log for output, with credentials blanked. The stored log keeps them, because they may be needed to fetch it. */
export function shownLog(log: StoredLog): StoredLog {
  return {
    ...log,
    url: blankLogUrl(log.url),
    failure: log.failure === null ? null : blankSecrets(log.failure),
  };
}
