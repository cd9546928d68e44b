import { render } from "preact";
import { askAgainMs, failureState } from "../job/failure-state.ts";
import { JobPanel } from "../job/job-panel.tsx";
import { firstTab, readTab, type TabName } from "../job/job-tabs.ts";
import type { ShownJob } from "../shown-job.ts";
import { announce } from "./announce.ts";
import { fetchJson } from "./fetch-json.ts";
import { showRawHtml } from "./raw-html.ts";

export interface JobPlace {
  readonly project: string;
  readonly guid: string;
}

export interface JobPanelOptions {
  /** Returns the address that shows a tab of the job. */
  readonly tabAddress: (place: JobPlace, tab: TabName) => string;
  /** Called when the reader has picked a tab, which is already shown. */
  readonly onTab: (tab: TabName) => void;
  /** Called when the job has been read. */
  readonly onShown?: (shown: ShownJob) => void;
}

export interface OpenJobPanel {
  /**
   * Shows a job, or another tab of the same job.
   *
   * @param tab - the tab to show; null for the job's default tab.
   */
  show(place: JobPlace, tab: TabName | null): void;
  /** Reads the job again, because it has changed. */
  refresh(): void;
  /** Empties the element, and stops sending requests. */
  close(): void;
}

/** The panel says that it waits only if the job takes longer than this, in milliseconds. */
const PATIENCE_MS = 300;
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 60_000;

/** Shows jobs in an element, and keeps them up to date while the page is visible. The server may have drawn the first job already. */
export function openJobPanel(
  root: HTMLElement,
  { tabAddress, onTab, onShown }: JobPanelOptions,
): OpenJobPanel {
  let place: JobPlace | null = null;
  let shown: ShownJob | null = null;
  let tab: TabName | null = null;
  let trouble: string | null = null;
  let retryMs = FIRST_RETRY_MS;
  let asking = new AbortController();
  let timer: number | undefined;
  /** Whether the element shows the first job as the server has drawn it. It stays until the data of the job has arrived. */
  let isDrawn = root.querySelector(".job-panel") !== null;

  async function ask(): Promise<void> {
    if (place === null) return;
    asking.abort();
    asking = new AbortController();
    clearTimeout(timer);
    const { signal } = asking;
    const query = new URLSearchParams({ ...place, ...(tab !== null && { tab }) });
    try {
      const answer = await fetchJson(`/api/job?${query}`, isShownJob, signal);
      // Otherwise another job has been picked since, and this answer is not needed any more.
      if (!signal.aborted) take(answer);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  function take(answer: Awaited<ReturnType<typeof fetchJson<ShownJob>>>): void {
    if (answer.ok) {
      const wasParsing = shown !== null && failureState(shown) === "parsing";
      shown = answer.value;
      if (wasParsing && failureState(shown) !== "parsing") announce("The failure summary is there.");
      onShown?.(shown);
      tab ??= firstTab(shown);
      trouble = null;
      retryMs = FIRST_RETRY_MS;
      askLater(askAgainMs(shown));
    } else {
      const isGone = answer.status === 404;
      trouble = isGone ? goneText : answer.text;
      askLater(isGone ? null : retryMs);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
    draw();
  }

  /** Jobs of the same kind take longer to find, so they are read only for the tab that shows them. */
  function askForTab(): void {
    if (tab === "history" && shown?.similar === null) void ask();
  }

  function askLater(afterMs: number | null): void {
    clearTimeout(timer);
    if (afterMs !== null) timer = window.setTimeout(askIfVisible, afterMs);
  }

  function askIfVisible(): void {
    if (document.visibilityState === "visible") void ask();
    else document.addEventListener("visibilitychange", askIfVisible, { once: true });
  }

  function draw(): void {
    if (place === null) return;
    const job = place;
    if (shown === null || tab === null) {
      if (isDrawn) return;
      render(
        <p class={trouble === null ? "job-waiting" : "note note-trouble"}>
          {trouble ?? "Reading the job …"}
        </p>,
        root,
      );
      return;
    }
    render(
      <JobPanel
        key={`${job.project} ${job.guid}`}
        shown={shown}
        tab={tab}
        tabAddress={(name) => tabAddress(job, name)}
        zone="local"
        nowMs={Date.now()}
        trouble={trouble === null ? null : `${trouble} What is shown is as of ${timeOf(shown.read_at)}.`}
      />,
      root,
    );
    void showRawHtml(root);
  }

  function pick(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a[data-tab]") : null;
    const name = readTab(link?.getAttribute("data-tab"));
    // With another button or a modifier, a link opens elsewhere.
    const isPlain =
      event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (name === null || !isPlain || shown === null) return;
    event.preventDefault();
    tab = name;
    draw();
    askForTab();
    onTab(name);
  }

  root.addEventListener("click", pick);
  return {
    show(next, nextTab) {
      const isSame = place?.project === next.project && place.guid === next.guid;
      const isFirst = place === null;
      place = next;
      tab = nextTab ?? (shown !== null && isSame ? firstTab(shown) : null);
      if (isSame) {
        draw();
        return askForTab();
      }
      isDrawn &&= isFirst;
      shown = null;
      trouble = null;
      retryMs = FIRST_RETRY_MS;
      void ask();
      drawIfSlow(next);
    },
    refresh() {
      void ask();
    },
    close() {
      asking.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", askIfVisible);
      root.removeEventListener("click", pick);
      place = null;
      render(null, root);
    },
  };

  /** Keeps showing the last job for a moment, so that nothing flickers if the answer is quick. */
  function drawIfSlow(waitingFor: JobPlace): void {
    setTimeout(() => {
      if (place === waitingFor && shown === null) draw();
    }, PATIENCE_MS);
  }
}

const goneText = "The store has no such job any more.";

function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString();
}

function isShownJob(value: unknown): value is ShownJob {
  return (
    typeof value === "object" && value !== null && "job" in value && "failures" in value && "history" in value
  );
}
