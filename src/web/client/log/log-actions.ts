import { helpAddress } from "../../addresses.ts";
import { type LineRange, rangeBetween, readRange } from "../../log/line-range.ts";
import { announce } from "../announce.ts";
import { copyText } from "../copy-text.ts";
import { type KeyHandler, listenKeys } from "../listen-keys.ts";
import type { LogName } from "./ask-log.ts";
import { linesText } from "./copy-lines.ts";
import { listenToLines } from "./listen-to-lines.ts";
import { LogViewer } from "./log-viewer.ts";
import { writeAddress } from "./viewer-address.ts";

/** The state of the page when it is opened, from the page itself and from its address. */
export interface LogStart {
  readonly log: LogName;
  /** The state of the job, such as `running`. */
  readonly jobState: string;
  /** The numbers of the failing lines, ascending; null if no summary names them. */
  readonly failing: readonly number[] | null;
  /** The lines at which to open the log if the address names no line. */
  readonly opensAt: LineRange | null;
  /** The first line of the page, if the address was made for a page without scripts; otherwise null. */
  readonly from: number | null;
  readonly isFailingOnly: boolean;
  readonly find: string;
  readonly selected: LineRange | null;
}

/** How long the reader has to stop typing before the search starts, in milliseconds. */
const TYPING_MS = 200;
/** The maximum number of lines to copy. More are better taken from the raw log. */
const MAX_COPIED = 20_000;

/** Shows a log, and handles clicks, keys and changes of the address. */
export function startLogActions(place: HTMLElement, start: LogStart): void {
  const { log, jobState, failing, opensAt, isFailingOnly, selected } = start;
  let anchor = selected?.first ?? null;
  let typing: ReturnType<typeof setTimeout> | undefined;
  const tools = {
    onFind: (text: string, matchCase: boolean) => {
      clearTimeout(typing);
      // Not delayed: the field is redrawn whenever something arrives, and must not lose the letters that were typed until then.
      viewer.find.want(text, matchCase);
      typing = setTimeout(() => void look(text, matchCase), TYPING_MS);
    },
    onStep: (step: 1 | -1) => void stepHit(step),
    onFailingOnly: (isOnly: boolean) => void showFailingOnly(isOnly),
    onGo: (text: string) => go(text),
  };
  const viewer = new LogViewer(place, { log, jobState, failing, isFailingOnly, selected, tools });

  function write(isStep: boolean): void {
    const { isFailingOnly, selected } = viewer.lines;
    writeAddress(log, { find: viewer.find.state.text, isFailingOnly, selected }, isStep);
  }

  async function look(text: string, matchCase: boolean): Promise<void> {
    const { line } = viewer.lines.place;
    const hit = await viewer.find.look(text, matchCase, line);
    write(false);
    if (hit !== null) viewer.jumpTo(hit);
  }

  async function stepHit(step: 1 | -1): Promise<void> {
    const { line, isCurrent } = viewer.lines.place;
    const from = isCurrent ? line : line - step;
    const hit = await viewer.find.next(from, step);
    if (hit !== null) viewer.jumpTo(hit);
  }

  function stepKnownHit(step: 1 | -1): boolean {
    if (viewer.find.state.count === 0) return false;
    void stepHit(step);
    return true;
  }

  async function stepFailing(step: 1 | -1): Promise<void> {
    const failing = await viewer.failing.find();
    const { line, isCurrent } = viewer.lines.place;
    const next =
      step === 1
        ? failing.find((each) => each > line || (each === line && !isCurrent))
        : failing.findLast((each) => each < line);
    const wanted = next ?? (step === 1 ? failing[0] : failing.at(-1));
    if (wanted !== undefined) viewer.jumpTo(wanted);
    else announce("No failing lines are known.");
  }

  async function showFailingOnly(isOnly: boolean): Promise<void> {
    await setFailingOnly(isOnly);
    write(true);
  }

  async function setFailingOnly(isOnly: boolean): Promise<void> {
    viewer.wantFailingOnly(isOnly);
    const failing = isOnly ? await viewer.failing.find() : [];
    // The reader may have made another choice during the search.
    if (viewer.wantsFailingOnly !== isOnly) return;
    if (isOnly && failing.length === 0) announce("No failing lines are known.");
    viewer.setFailingOnly(isOnly);
  }

  function selectLine(line: number, extends_: boolean): void {
    const range = rangeBetween(extends_ ? (anchor ?? line) : line, line);
    if (!extends_) anchor = line;
    viewer.select(range);
    write(!extends_);
  }

  function go(text: string): void {
    const range = readRange(`#L${text.replaceAll(/[\s,Ll]/g, "")}`);
    if (range === null || viewer.lines.total === 0) {
      announce("Type a line number, or two with a hyphen between them.");
      return;
    }
    const most = viewer.lines.total - 1;
    const within = { first: Math.min(range.first, most), last: Math.min(range.last, most) };
    anchor = within.first;
    viewer.select(within);
    viewer.lines.showLine(within.first);
    write(true);
  }

  async function copySelected(): Promise<void> {
    const range = viewer.lines.selected;
    if (range === null)
      return announce("Select lines first: click a line number, or type it into the field “line”.");
    if (range.last - range.first >= MAX_COPIED) return announce("Too many lines to copy: use the raw log.");
    const lines = await viewer.blocks.linesBetween(range.first, range.last);
    if (lines === null) return announce("The lines could not be fetched: try again.");
    const isCopied = await copyText(linesText(lines));
    announce(
      isCopied
        ? `Copied ${lines.length === 1 ? "1 line" : `${lines.length} lines`}.`
        : "The browser does not allow copying.",
    );
  }

  function showRawLog(): boolean {
    const link = document.querySelector<HTMLAnchorElement>("#raw-log a");
    if (link !== null) window.open(link.href, "_blank", "noopener");
    return link !== null;
  }

  listenToLines(viewer, selectLine);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement>("a[data-line]") : null;
    if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const line = Number(link.dataset["line"]);
    selectLine(line, false);
    viewer.lines.showLine(line);
  });
  window.addEventListener("popstate", () => {
    const query = new URLSearchParams(location.search);
    const range = readRange(location.hash);
    const isOnly = query.get("view") === "errors";
    if (isOnly !== viewer.wantsFailingOnly) void setFailingOnly(isOnly);
    const text = query.get("find") ?? "";
    if (text !== viewer.find.state.text) void viewer.find.look(text, viewer.find.state.matchCase, 0);
    // The link that skips the header has a fragment that names no line.
    if (range !== null || location.hash === "") viewer.select(range);
    if (range !== null) viewer.lines.showLine(range.first);
  });

  listenKeys("log", {
    "next-error": always(() => void stepFailing(1)),
    "previous-error": always(() => void stepFailing(-1)),
    find: () => focus("log-find"),
    "next-hit": (event) => isFree(event) && stepKnownHit(1),
    "previous-hit": (event) => isFree(event) && stepKnownHit(-1),
    "errors-only": always(() => void showFailingOnly(!viewer.wantsFailingOnly)),
    "successful-steps": () => press("show-successful"),
    copy: always(() => void copySelected()),
    top: always(() => viewer.lines.list.showAtTop(0)),
    end: always(() => viewer.lines.showEnd()),
    "raw-log": () => showRawLog(),
    help: () => showHelp(),
  });

  const line = selected?.first ?? start.from ?? opensAt?.first ?? 0;
  void viewer.load(line).then((hasLines) => {
    if (!hasLines) return;
    if (selected === null && start.from === null && opensAt !== null) viewer.jumpTo(opensAt.first);
    if (isFailingOnly && !viewer.lines.isFailingOnly) void setFailingOnly(true);
    if (start.find !== "") void viewer.find.look(start.find, false, line);
  });
}

/** Returns the handler of a key that always has something to do. */
function always(act: () => void): KeyHandler {
  return () => {
    act();
    return true;
  };
}

/** Returns whether a key is not meant for a control. */
function isFree({ target }: KeyboardEvent): boolean {
  return !(target instanceof Element) || target.closest("a, button, input, summary, label") === null;
}

/** Follows the link to the help in the header. */
function showHelp(): boolean {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("header a")];
  const help = links.find(({ pathname }) => pathname === helpAddress());
  help?.click();
  return help !== undefined;
}

function focus(id: string): boolean {
  document.getElementById(id)?.focus();
  return true;
}

function press(id: string): boolean {
  const box = document.getElementById(id);
  box?.click();
  return box !== null;
}
