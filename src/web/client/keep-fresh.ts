import { adoptChanges } from "./adopt-changes.ts";
import { announce } from "./announce.ts";
import { fetchPart } from "./fetch-part.ts";
import { pollWhileVisible } from "./poll-visible.ts";

/** How often a visible page is requested again, in milliseconds. */
const EVERY_MS = 5000;
/** The shortest time between two announcements to screen readers, in milliseconds. */
const QUIET_MS = 30_000;

/**
 * Keeps a part of this page up to date with the server. While the server does not answer, the last answer stays, with a notice that says
 * so. When the part's `data-summary` changes, it is announced to screen readers, but not too often.
 *
 * @param id - the id of the part, which contains an element with the class `notice`.
 */
export function keepFresh(id: string): void {
  const place = document.getElementById(id);
  if (place === null) return;
  let said = place.dataset["summary"];
  let saidAtMs = Number.NEGATIVE_INFINITY;
  pollWhileVisible(EVERY_MS, async () => {
    const answer = await fetchPart(location.pathname + location.search, id);
    if (!answer.ok) {
      const notice = place.querySelector(".notice");
      if (notice !== null) notice.textContent = `${answer.text} This is the last answer.`;
      return false;
    }
    adoptChanges(place, answer.part);
    document.title = answer.title;
    const { summary } = place.dataset;
    if (summary !== said && performance.now() - saidAtMs >= QUIET_MS) {
      announce(summary ?? "");
      said = summary;
      saidAtMs = performance.now();
    }
    return true;
  });
}
