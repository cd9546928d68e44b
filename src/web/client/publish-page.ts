import { adoptChanges } from "./adopt-changes.ts";
import { announce } from "./announce.ts";
import { fetchPart } from "./fetch-part.ts";
import { pollWhileVisible } from "./poll-visible.ts";
import { showRawHtml } from "./raw-html.ts";
import { startShell } from "./shell.ts";

/** How often the answer to the first form is asked for again, in milliseconds. */
const EVERY_MS = 5000;

startShell();
followAnswer();
checkInPlace();
jumpToLines();

/** Keeps the answer to the first form up to date, if something was asked. */
function followAnswer(): void {
  const place = document.getElementById("road");
  if (place === null || place.querySelector(".notice") === null) return;
  const address = `${location.pathname}${location.search}`;
  let shownAt = "the beginning";
  let said = firstStep(place);
  pollWhileVisible(EVERY_MS, async () => {
    const answer = await fetchPart(address, "road");
    if (answer.ok) {
      adoptChanges(place, answer.part);
      shownAt = new Date().toLocaleTimeString();
      const verdict = firstStep(place);
      if (verdict !== said) announce(verdict);
      said = verdict;
    }
    const notice = place.querySelector(".notice");
    if (notice !== null) {
      notice.textContent = answer.ok
        ? `Checked at ${shownAt}.`
        : `${answer.text} This is how it was at ${shownAt}.`;
    }
    return answer.ok;
  });
}

/** Returns what the first step says: whether the job is there. */
function firstStep(place: Element): string {
  return place.querySelector("ol > li")?.textContent ?? "";
}

/** Checks a message without leaving the page. */
function checkInPlace(): void {
  const form = document.getElementById("check-form");
  const place = document.getElementById("check-result");
  if (!(form instanceof HTMLFormElement) || place === null) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    place.textContent = "Checking …";
    void check(form, place);
  });
}

async function check(form: HTMLFormElement, place: Element): Promise<void> {
  const answer = await fetchPart(form.action, place.id, fieldsOf(form));
  if (answer.ok) place.replaceChildren(...answer.part.childNodes);
  else place.textContent = answer.text;
  void showRawHtml(place);
  announce(place.querySelector("p")?.textContent ?? place.textContent);
}

function fieldsOf(form: HTMLFormElement): URLSearchParams {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(fields);
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
