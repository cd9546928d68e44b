import { render } from "preact";
import { FilterBar } from "../../grid/draw/filter-bar.tsx";
import { NoPushes, OlderPushes } from "../../grid/draw/grid-notes.tsx";
import { createTests } from "../../grid/filter-jobs.ts";
import { pushQuery } from "../../grid/grid-address.ts";
import { type CellsAnswer, isCellsAnswer, isPushesAnswer } from "../../grid/grid-answers.ts";
import type { GridView } from "../../grid/grid-view.ts";
import { addCounts } from "../../grid/job-counts.ts";
import type { ShownPush } from "../../grid/shown-push.ts";
import { afterFrame } from "../after-frame.ts";
import { askUntilAnswered } from "../ask-until-answered.ts";
import { FailureAnnouncer } from "./failure-announcer.ts";
import { GridHistory, type HistoryStep } from "./grid-history.ts";
import { LiveGridStream } from "./live-grid-stream.ts";
import { PanelPlace } from "./panel-place.ts";
import { PushDrawing } from "./push-drawing.tsx";
import { jobsOfPush, offeredOf, type PagePush, PushList } from "./push-list.ts";
import { TabSign } from "./tab-sign.ts";

/** The elements of the page; see `GridMain`. */
interface GridPlaces {
  readonly root: HTMLElement;
  readonly filter: HTMLElement;
  readonly pushes: HTMLElement;
  readonly end: HTMLElement;
  readonly note: HTMLElement;
  readonly panel: HTMLElement;
}

/** The grid in the browser. It owns the pushes and the view, and draws them. */
export class OpenGrid {
  readonly places: GridPlaces;
  readonly #project: string;
  readonly #list = new PushList();
  readonly #history: GridHistory;
  readonly #drawing: PushDrawing;
  readonly #panel: PanelPlace;
  readonly #sign = new TabSign();
  readonly #announcer = new FailureAnnouncer();
  #next: string | null = null;
  /** Whether the pushes have been read. Until then, the page stays as the server has drawn it. */
  #isListed = false;
  /** Null until all jobs of the pushes have been read. */
  #stream: LiveGridStream | null = null;

  constructor(places: GridPlaces) {
    const { project = "", revision = null } = places.root.dataset;
    this.places = places;
    this.#project = project;
    this.#history = new GridHistory(project, revision, () => {
      this.#show(this.#list.pushes);
      this.#showSelected();
    });
    this.#drawing = new PushDrawing(this.#list, places.pushes, () => this.view);
    this.#panel = new PanelPlace(places.panel, {
      viewNow: () => this.view,
      onTab: (tab) => this.#history.go({ ...this.view, tab }, "push"),
    });
  }

  get view(): GridView {
    return this.#history.view;
  }

  /** Shows another view of the same pushes. */
  change(view: GridView, step: HistoryStep): void {
    const before = this.view;
    this.#history.go(view, step);
    const isOnlyAboutJob = before.filter === view.filter && before.expand === view.expand;
    const concerned = [before.job, view.job].flatMap((guid) =>
      guid === null ? [] : (this.#list.withJob(guid) ?? []),
    );
    this.#show(isOnlyAboutJob ? [...new Set(concerned)] : this.#list.pushes, true, !isOnlyAboutJob);
  }

  /** Reads the pushes and their jobs, and then follows their changes. */
  async start(): Promise<void> {
    this.#showSelected();
    const position = await this.#readPage(this.view.before);
    this.#stream = new LiveGridStream(
      {
        project: this.#project,
        revisions: () => this.#list.pushes.map((push) => push.revision),
        follows: () => this.#follows(),
        onHeads: (heads) => this.#takeHeads(heads, true),
        onCells: (answer) => this.#takeCells(answer),
        onState: (words) => this.#note(words),
      },
      position,
    );
    this.#panel.prepare();
    this.places.root.dataset["live"] = "";
  }

  /** Returns which new pushes belong on the page, as a query; null if none do. */
  #follows(): Record<string, string> | null {
    const { author, since, until, before, revision } = this.view;
    if (revision !== null || until !== null || before !== null) return null;
    return {
      newest: "",
      ...(author !== null && { author }),
      ...(since !== null && { since: String(since) }),
      ...(this.#next === null && { whole: "" }),
    };
  }

  /** Opens the panel if the view names a job, and scrolls the job into view above it. */
  #showSelected(): void {
    if (this.view.job === null) return;
    void this.#panel.show();
    this.places.pushes.querySelector('a.job[aria-current="true"]')?.scrollIntoView({ block: "center" });
  }

  /** Adds the next page of older pushes below. */
  async showOlder(): Promise<void> {
    // Everything after this position is sent again, because the stream may advance while the pushes are read.
    const position = this.#stream?.position ?? "";
    await this.#readPage(this.#next);
    this.#stream?.watchAgain(position);
  }

  /**
   * Reads a page of pushes and their jobs. A note says so while the server does not answer.
   *
   * @returns the position of the first answer, after which changes may be missing; `""` if there are no pushes.
   */
  async #readPage(before: string | null): Promise<string> {
    const { revision } = this.view;
    const query = new URLSearchParams({
      ...pushQuery({ ...this.view, before }),
      ...(revision !== null && { revision }),
    });
    const api = `/api/projects/${encodeURIComponent(this.#project)}`;
    const ask = <T,>(address: string, isExpected: (value: unknown) => value is T): Promise<T> =>
      askUntilAnswered(`${api}/${address}`, isExpected, (words) => this.#note(words));
    const { pushes, next } = await ask(`pushes?${query}`, isPushesAnswer);
    this.#next = next;
    this.#isListed = true;
    this.#takeHeads(pushes, false);
    let position = "";
    for (const { revision: push } of pushes) {
      const cells = await ask(`cells?${new URLSearchParams({ push })}`, isCellsAnswer);
      if (position === "") position = cells.position;
      // The answer leaves out a push without jobs.
      const none = { revision: push, isComplete: true, cells: [], coalesced: [], gone: [], more: false };
      const [jobs = none] = cells.pushes;
      this.#takeCells({ position, pushes: [jobs] });
    }
    return position;
  }

  #takeHeads(heads: readonly ShownPush[], areJobsKnown: boolean): void {
    const changed = heads.flatMap((head) => this.#list.takeHead(head, areJobsKnown) ?? []);
    this.#show(changed, false);
  }

  #takeCells({ pushes }: CellsAnswer): void {
    const changes = pushes.flatMap((cells) => this.#list.takeCells(cells) ?? []);
    for (const { push, newFailures } of changes) this.#announcer.add(push.revision, newFailures);
    this.#show(
      changes.map(({ push }) => push),
      false,
    );
    const { job } = this.view;
    if (job !== null && changes.some(({ push }) => push.jobs?.has(job) === true)) this.#panel.refresh();
  }

  /**
   * Redraws pushes, the filter with its counts, and the end of the list.
   *
   * @param withPanel - whether the job or its tab may have changed.
   * @param isOtherFilter - whether the filter or the open groups may have changed.
   */
  #show(pushes: readonly PagePush[], withPanel = true, isOtherFilter = false): void {
    const { view } = this;
    // Until all jobs have been read, the counts that the server has drawn are the right ones.
    if (this.#isListed && this.#list.pushes.every(({ jobs }) => jobs !== null)) {
      const counts = addCounts(this.#list.pushes.map((push) => offeredOf(push, view.filter)));
      render(<FilterBar view={view} counts={counts} />, this.places.filter);
      afterFrame(() => this.#countFailures());
    }
    this.#drawing.draw(pushes, isOtherFilter);
    if (this.#isListed) this.#drawEnd(view);
    if (withPanel) void this.#panel.show();
  }

  #countFailures(): void {
    const { isShown } = createTests(this.view.filter);
    const failures = this.#list.pushes
      .flatMap((push) => jobsOfPush(push).jobs)
      .filter((job) => job.isFailure && isShown(job));
    this.#sign.show(failures.length);
  }

  #drawEnd(view: GridView): void {
    const isEmpty = this.#list.pushes.length === 0;
    const end = view.revision === null ? <OlderPushes view={view} next={this.#next} /> : null;
    render(isEmpty ? <NoPushes view={view} /> : end, this.places.end);
  }

  #note(words: string | null): void {
    const { note } = this.places;
    note.hidden = words === null;
    note.textContent = words;
  }
}
