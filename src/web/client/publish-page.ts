import { adoptChanges } from "./adopt-changes.ts";
import { announce } from "./announce.ts";
import { fetchPart } from "./fetch-part.ts";
import { keepFresh } from "./keep-fresh.ts";
import { showRawHtml } from "./raw-html.ts";
import { startShell } from "./shell.ts";

startShell();
// A page without a question cannot change.
if (location.pathname === "/publish" && location.search !== "") keepFresh("road");
checkInPlace();
jumpToLines();

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

let checks = 0;

async function check(form: HTMLFormElement, place: HTMLElement): Promise<void> {
  const number = ++checks;
  const answer = await fetchPart(form.action, place.id, fieldsOf(form));
  // Otherwise the reader has sent another message to check since.
  if (number !== checks) return;
  if (answer.ok) adoptChanges(place, answer.part);
  else place.textContent = `${answer.text} Try again.`;
  announce(place.querySelector("p")?.textContent ?? place.textContent);
  await showRawHtml(place);
}

function fieldsOf(form: HTMLFormElement): URLSearchParams {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  return new URLSearchParams(fields);
}

/** Makes a click on a line number select that line of the message. */
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
