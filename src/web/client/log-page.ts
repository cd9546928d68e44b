import { type LineRange, readRange } from "../log/line-range.ts";
import { startLogActions } from "./log/log-actions.ts";
import { showRawHtml } from "./raw-html.ts";
import { startShell } from "./shell.ts";

startShell();
const place = document.getElementById("log-view");
if (place !== null) start(place);
const details = document.getElementById("job-details");
if (details !== null) void showRawHtml(details);

/** Starts the viewer with the data that the server has written into the page. */
function start(place: HTMLElement): void {
  const { project = "", guid = "", log = "", failing, opensAt = "", jobState = "" } = place.dataset;
  const query = new URLSearchParams(location.search);
  const from = query.get("from") ?? "";
  startLogActions(place, {
    log: { project, guid, log },
    jobState,
    failing: failing === undefined ? null : numbersIn(failing),
    opensAt: rangeIn(opensAt),
    from: /^\d{1,9}$/.test(from) ? Number(from) : null,
    isFailingOnly: query.get("view") === "errors",
    find: query.get("find") ?? "",
    selected: readRange(location.hash),
  });
}

function rangeIn(text: string): LineRange | null {
  const [first, last] = numbersIn(text);
  return first === undefined || last === undefined ? null : { first, last };
}

function numbersIn(text: string): number[] {
  return text === "" ? [] : text.split(" ").map(Number);
}
