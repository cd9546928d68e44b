import { render } from "preact";
import type { CheckView } from "../publish/check-view.ts";
import { type CheckAnswer, CheckPart, RoadPart } from "../publish/publish-view.tsx";
import type { RoadView } from "../publish/road-view.ts";
import { announce } from "./announce.ts";
import { fetchJson, postJson } from "./fetch-json.ts";
import { pollWhileVisible } from "./poll-visible.ts";
import { showRawHtml } from "./raw-html.ts";
import { startShell } from "./shell.ts";

/** How often the road is checked again, in milliseconds. */
const EVERY_MS = 5000;

startShell();
followRoad();
checkInPlace();
jumpToLines();

/** Keeps the answer to the first form up to date. */
function followRoad(): void {
  const place = document.getElementById("road");
  const address = place?.dataset["address"];
  if (place == null || address === undefined) return;
  const operates = place.dataset["operates"] === "true";
  let shown: { readonly road: RoadView; readonly at: string } | null = null;
  let said = "";
  pollWhileVisible(EVERY_MS, async () => {
    const answer = await fetchJson(address, isRoad);
    if (answer.ok) {
      shown = { road: answer.value, at: new Date().toLocaleTimeString() };
      const verdict = summaryOf(answer.value);
      if (said !== "" && verdict !== said) announce(verdict);
      said = verdict;
      render(<RoadPart road={shown.road} operates={operates} notice={`Checked at ${shown.at}.`} />, place);
    } else {
      const notice = `${answer.text} This is how it was at ${shown?.at ?? "the beginning"}.`;
      const words = place.querySelector(".notice");
      if (words !== null) words.textContent = notice;
    }
    return answer.ok;
  });
}

/** What a change is: the first step's verdict says whether the job is there. */
function summaryOf({ ways }: RoadView): string {
  const [stored] = ways[0]?.steps ?? [];
  return stored === undefined ? "" : `${stored.title}: ${stored.reason}`;
}

/** Checks a message without leaving the page. */
function checkInPlace(): void {
  const form = document.getElementById("check-form");
  const place = document.getElementById("check-result");
  if (!(form instanceof HTMLFormElement) || place === null) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void check(new FormData(form)).then((answer) => {
      render(<CheckPart check={answer} />, place);
      void showRawHtml(place);
      announce(place.querySelector("p")?.textContent ?? "");
    });
    render(<p>Checking …</p>, place);
  });
}

async function check(form: FormData): Promise<CheckAnswer> {
  const exchange = String(form.get("exchange") ?? "").trim();
  const query = exchange === "" ? "" : `?${new URLSearchParams({ exchange })}`;
  const answer = await postJson(`/api/validate${query}`, isCheck, String(form.get("message") ?? ""));
  return answer.ok ? answer.value : { trouble: answer.text };
}

/** A click on a line number selects that line of the message. */
function jumpToLines(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-line]") : null;
    const field = document.getElementById("message");
    if (!(link instanceof HTMLElement) || !(field instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    selectLine(field, Number(link.dataset["line"]));
  });
}

function selectLine(field: HTMLTextAreaElement, line: number): void {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  // A text field does not scroll to its selection by itself.
  field.scrollTop = (field.scrollHeight * (line - 3)) / lines.length;
}

function isRoad(value: unknown): value is RoadView {
  return typeof value === "object" && value !== null && "ways" in value;
}

function isCheck(value: unknown): value is CheckView {
  return typeof value === "object" && value !== null && "items" in value;
}
