import { blankLogUrl, blankSecrets } from "../domain/text/blank-url.ts";
import type { StoredLog } from "../store/ports/log-store.ts";

/** Blanks the credentials of a log for output. The stored log keeps them, because they may be needed to fetch it. */
export function shownLog(log: StoredLog): StoredLog {
  return {
    ...log,
    url: blankLogUrl(log.url),
    failure: log.failure === null ? null : blankSecrets(log.failure),
  };
}
