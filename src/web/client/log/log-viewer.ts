import { h, render } from "preact";
import type { LineRange } from "../../log/line-range.ts";
import { shownText } from "../../log/log-runs.ts";
import type { ViewedText } from "../../log/viewed-log.ts";
import { announce } from "../announce.ts";
import { askLines, type LogName } from "./ask-log.ts";
import { drawStrip } from "./draw-strip.ts";
import { FailingLines } from "./failing-lines.ts";
import { FindControl } from "./find-control.ts";
import { highlightText } from "./highlight-text.ts";
import { LinesView } from "./lines-view.ts";
import { loadLog } from "./load-log.ts";
import { BLOCK_LINES, blocksAround, LogBlocks } from "./log-blocks.ts";
import { LogFollower } from "./log-follower.ts";
import { isFinal, LogNote, type NoteState, noteAbout } from "./log-note.tsx";
import { LogFoot, LogTools, type LogToolsProps } from "./log-tools.tsx";
import { drawMarks } from "./scroll-marks.ts";
import { buildFrame, type ViewerFrame } from "./viewer-frame.ts";

export interface LogViewerOptions {
  readonly log: LogName;
  /** The state of the job, such as `running`. */
  readonly jobState: string;
  /** The numbers of the failing lines, ascending; null if no summary names them. */
  readonly failing: readonly number[] | null;
  readonly isFailingOnly: boolean;
  readonly selected: LineRange | null;
  /** The callbacks of the tools. */
  readonly tools: Omit<LogToolsProps, "find" | "isFailingOnly" | "failing">;
}

/** The maximum number of lines in one answer of the server. */
const MOST_AT_ONCE = 2000;
/** The page says that it waits only if the lines take longer than this, in milliseconds. */
const QUIET_MS = 300;

/** Shows a log: fetches its lines, or shows a note instead of them. `log-actions.ts` handles the actions of the reader. */
export class LogViewer {
  readonly lines: LinesView;
  readonly blocks: LogBlocks;
  readonly find: FindControl;
  readonly failing: FailingLines;
  readonly #options: LogViewerOptions;
  readonly #frame: ViewerFrame;
  #text: ViewedText | null = null;
  #note: NoteState = { kind: "quiet" };
  #trouble: string | null = null;
  readonly #follower = new LogFollower((signal) => this.#readOn(signal));
  #loading = new AbortController();
  /** The line that the reader wanted to see when the log was requested. */
  #wantedLine = 0;
  /** Whether the reader wants only the failing lines. They are shown when they have been found. */
  wantsFailingOnly: boolean;

  constructor(place: HTMLElement, options: LogViewerOptions) {
    this.#options = options;
    this.wantsFailingOnly = options.isFailingOnly;
    const asOf = (): number | null => this.#text?.fetched_at ?? null;
    this.blocks = new LogBlocks({
      ask: (from, signal) => askLines(options.log, { from, count: BLOCK_LINES, asOf: asOf() }, signal),
      onText: (text) => this.#takeText(text),
      onArrived: () => {
        this.lines.list.redraw();
        this.#linesDrawn();
      },
      onTrouble: (trouble) => this.#say(this.#note, trouble),
    });
    this.lines = new LinesView({
      ...options,
      failing: options.failing ?? [],
      lineAt: (line) => this.blocks.lineAt(line),
      onShown: (shown) => {
        this.blocks.want(shown);
        this.#linesDrawn();
      },
    });
    this.find = new FindControl({
      log: options.log,
      asOf,
      onChange: () => {
        this.#render();
        this.#highlight();
        this.#drawMarks();
      },
    });
    this.failing = new FailingLines({
      log: options.log,
      known: options.failing,
      asOf,
      onChange: () => {
        this.lines.setFailing(this.failing.lines ?? []);
        this.#drawMarks();
        this.#render();
      },
    });
    this.#frame = buildFrame(place, this.lines.list);
    new ResizeObserver(() => this.#drawMarks()).observe(this.#frame.marks);
    this.#render();
  }

  /**
   * Fetches the log, and shows a line.
   *
   * @param isNew - whether to request a new copy, because the log may have grown.
   * @returns whether there are lines.
   */
  async load(line: number, isNew = false): Promise<boolean> {
    this.#loading.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.#wantedLine = line;
    this.#say({ kind: "quiet" });
    const quiet = setTimeout(() => this.#say({ kind: "asking" }), QUIET_MS);
    const { from, count } = blocksAround(line);
    const asOf = isNew ? null : (this.#text?.fetched_at ?? null);
    try {
      const loaded = await loadLog(this.#options.log, { from, count, asOf }, loading.signal, (waiting) => {
        clearTimeout(quiet);
        this.#say(waiting);
      });
      this.#say(noteAbout(loaded));
      if (loaded.state !== "lines") return false;
      const { text, lines } = loaded;
      this.#takeText(text);
      this.blocks.keepAll(from, lines);
      this.lines.showLine(line);
      return text.total > 0;
    } catch (error) {
      if (loading.signal.aborted) return false;
      throw error;
    } finally {
      clearTimeout(quiet);
    }
  }

  /** Marks a line as the one that was jumped to, and announces it to screen readers. */
  jumpTo(line: number): void {
    this.lines.jumpTo(line);
    const text = this.blocks.lineAt(line)?.[0];
    announce(`Line ${line}${text === undefined ? "" : `: ${shownText(text)}`}`);
  }

  select(selected: LineRange | null): void {
    this.lines.select(selected);
    this.#drawStrip();
  }

  wantFailingOnly(isOnly: boolean): void {
    this.wantsFailingOnly = isOnly;
    this.#render();
  }

  setFailingOnly(isOnly: boolean): void {
    this.lines.setFailingOnly(isOnly);
    // Without any failing lines, all lines are shown.
    this.wantFailingOnly(this.lines.isFailingOnly);
  }

  /** Stops waiting for the log. The server stops fetching it a few seconds after the last reader has stopped waiting. */
  #stop(): void {
    this.#loading.abort();
    this.#say({ kind: "stopped" });
  }

  /** Requests a new copy, and keeps the position of the reader. */
  #readAgain(): void {
    void this.load(this.#text === null ? this.#wantedLine : this.lines.place.line, true);
  }

  /** Shows the end of the log, and lines that are added to it while its job runs. */
  #follow(isOn: boolean): void {
    if (isOn) {
      this.lines.showEnd();
      this.#follower.start();
    } else this.#follower.stop();
    this.#render();
  }

  /** Reads lines that have been added. The position of a reader who has scrolled away from the end does not change. */
  async #readOn(signal: AbortSignal): Promise<boolean> {
    const { lines } = this;
    const { from } = blocksAround(lines.place.line);
    const question = { from, count: MOST_AT_ONCE, asOf: null };
    const loaded = await loadLog(this.#options.log, question, signal, (waiting) => {
      if (waiting.kind === "again") this.#say(this.#note, waiting.text);
    });
    if (loaded.state !== "lines") {
      this.#say(this.#note, loaded.state === "gone" ? loaded.text : `${loaded.detail}.`);
      return false;
    }
    const isAtEnd = lines.list.isAtEnd;
    this.#takeText(loaded.text);
    this.blocks.keepAll(from, loaded.lines);
    if (isAtEnd) lines.showEnd();
    if (loaded.text.is_final) this.#follower.stop();
    this.#say(this.#note, null);
    return true;
  }

  #takeText(text: ViewedText): void {
    const before = this.#text;
    this.#text = text;
    if (before?.fetched_at === text.fetched_at) return;
    if (before !== null) this.blocks.clear();
    this.lines.setTotal(text.total);
    this.failing.renew();
    this.#drawMarks();
    this.#render();
  }

  #linesDrawn(): void {
    this.#highlight();
    this.#drawStrip();
  }

  #highlight(): void {
    const { text, matchCase } = this.find.state;
    highlightText(this.lines.list.element.querySelectorAll(".log-text"), text, matchCase);
  }

  #drawMarks(): void {
    const { total } = this.lines;
    drawMarks(this.#frame.marks, { total, failing: this.failing.lines ?? [], hits: this.find.marks });
  }

  #drawStrip(): void {
    drawStrip(this.#frame.strip, this.lines, (line) => this.blocks.lineAt(line)?.[0]);
  }

  #say(note: NoteState, trouble = this.#trouble): void {
    this.#note = note;
    this.#trouble = trouble;
    this.#render();
  }

  #render(): void {
    const { tools, note, lines, foot } = this.#frame;
    const { jobState } = this.#options;
    const view = { find: this.find.state, isFailingOnly: this.wantsFailingOnly, failing: this.failing };
    render(h(LogTools, { ...this.#options.tools, ...view }), tools);
    const onAgain = (): void => this.#readAgain();
    render(h(LogNote, { note: this.#note, onStop: () => this.#stop(), onAgain }), note);
    const text = this.#text;
    const trouble = this.#trouble;
    // While the log is being loaded, the place of its lines is kept.
    lines.hidden = (text?.total ?? 0) === 0 && isFinal(this.#note);
    const following = { isFollowing: this.#follower.isOn, onFollow: (isOn: boolean) => this.#follow(isOn) };
    render(text === null ? null : h(LogFoot, { text, jobState, trouble, onAgain, ...following }), foot);
  }
}
