import { adoptChanges } from "./adopt-changes.ts";
import { announce } from "./announce.ts";
import { fetchPart } from "./fetch-part.ts";
import { pollWhileVisible } from "./poll-visible.ts";

/** How often a visible page is asked for again, in milliseconds. */
const EVERY_MS = 5000;
/** The shortest time between two sentences for people who listen, in milliseconds. */
const QUIET_MS = 30_000;

/**
 * Keeps a part of this page as the server draws it now. While the server does not answer, the last answer stays, and says so. When
 * the part's `data-summary` changes, it is spoken, but not too often.
 *
 * @param id - of an element that has the class `freshness` within, with a `notice` in it.
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
