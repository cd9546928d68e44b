import { operateAddress } from "../addresses.ts";
import { adoptChanges } from "./adopt-changes.ts";
import { announce } from "./announce.ts";
import { fetchPart } from "./fetch-part.ts";
import { pollWhileVisible } from "./poll-visible.ts";
import { startShell } from "./shell.ts";

/** How often the figures are asked for, in milliseconds. */
const EVERY_MS = 5000;
/** The shortest time between two sentences for people who listen, in milliseconds. */
const QUIET_MS = 30_000;

startShell();
followFigures();

/** Shows the newest figures every few seconds. While the server is away, the last ones stay, with their age. */
function followFigures(): void {
  const place = document.getElementById("operate");
  if (place === null) return;
  const count = (): number => place.querySelectorAll(".problems > li").length;
  let problems = count();
  let saidAtMs = 0;
  pollWhileVisible(EVERY_MS, async () => {
    const answer = await fetchPart(operateAddress(), "operate");
    if (answer.ok) {
      adoptChanges(place, answer.part);
      document.title = answer.title;
      const now = count();
      if (now !== problems && performance.now() - saidAtMs >= QUIET_MS) {
        announce(now === 0 ? "All is well again." : `Problems: ${now}.`);
        saidAtMs = performance.now();
        problems = now;
      }
    } else {
      const notice = place.querySelector(".notice");
      if (notice !== null) notice.textContent = `${answer.text} These are the last figures.`;
    }
    return answer.ok;
  });
}
