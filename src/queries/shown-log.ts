import { blankLogUrl, blankSecrets } from "../domain/text/blank-url.ts";
import type { StoredLog } from "../store/ports/log-store.ts";

/** A log as people and programs are shown it. What is stored keeps its credentials: they may be needed to fetch it. */
export function shownLog(log: StoredLog): StoredLog {
  return {
    ...log,
    url: blankLogUrl(log.url),
    failure: log.failure === null ? null : blankSecrets(log.failure),
  };
}
