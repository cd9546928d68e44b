import { render } from "preact";
import type { OperateFigures } from "../operate/operate-figures.ts";
import { OperateView } from "../operate/operate-view.tsx";
import { announce } from "./announce.ts";
import { fetchJson } from "./fetch-json.ts";
import { pollWhileVisible } from "./poll-visible.ts";
import { startShell } from "./shell.ts";

/** How often the figures are asked for, in milliseconds. */
const EVERY_MS = 5000;
/** The shortest time between two sentences for people who listen, in milliseconds. */
const QUIET_MS = 30_000;

startShell();
followFigures();

/** Draws the newest figures every few seconds. While the server is away, the last ones stay, with their age. */
function followFigures(): void {
  const place = document.getElementById("operate");
  if (place === null) return;
  let problems = place.querySelectorAll(".problems > li").length;
  let saidAtMs = 0;
  pollWhileVisible(EVERY_MS, async () => {
    const answer = await fetchJson("/api/operate", isOperateFigures);
    if (answer.ok) {
      render(<OperateView figures={answer.value} />, place);
      const now = answer.value.problems.length;
      document.title = document.title.replace(/^(\(\d+\) )?/, now === 0 ? "" : `(${now}) `);
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

function isOperateFigures(value: unknown): value is OperateFigures {
  return typeof value === "object" && value !== null && "problems" in value && "workers" in value;
}
