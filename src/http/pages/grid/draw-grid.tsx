import { setTimeout as wait } from "node:timers/promises";
import type { VNode } from "preact";
import type { HotPush } from "../../../queries/grid/hot-push.ts";
import type { PushRow } from "../../../store/ports/page-reads.ts";
import { EventLoopTurns } from "../../../timing/event-loop-turns.ts";
import { arrangePush, type DrawnPush } from "../../../web/grid/draw/drawn-push.ts";
import { GridMain } from "../../../web/grid/draw/grid-main.tsx";
import { PushContent, PushSection } from "../../../web/grid/draw/push-section.tsx";
import { GridRow } from "../../../web/grid/draw/row-drawing.tsx";
import { createTests } from "../../../web/grid/filter-jobs.ts";
import type { GridView } from "../../../web/grid/grid-view.ts";
import { addCounts, type JobCounts } from "../../../web/grid/job-counts.ts";
import { showPush } from "../../../web/grid/shown-push.ts";
import { drawAround, drawFrame, drawMarkup, type Markup } from "../serve/markup.ts";
import { countInTurns, jobsOf } from "./grid-jobs.ts";

/** What a page of the grid shows. */
export interface GridPage {
  readonly view: GridView;
  readonly pushes: readonly { readonly row: PushRow; readonly hot: HotPush }[];
  /** Where the next page begins; null at the end of the list. */
  readonly next: string | null;
  /** The panel of the job that the view names; null if it names none. */
  readonly panel: VNode | null;
}

/** A push that was drawn before. */
interface KnownPush {
  /** What was drawn: another text stands for another push, other jobs, or another view. */
  readonly key: string;
  readonly offered: JobCounts;
  readonly markup: Markup;
}

/** Most readers look at the same pushes in the same way, so the last drawing of each is kept. */
const lastDrawn = new WeakMap<HotPush, KnownPush>();
/** The most characters that are kept of a push. A push of 1,000 jobs has about 60,000. */
const MAX_KEPT = 200_000;

/** The first push of a thousand jobs, or several small ones: about what a window shows. */
const FIRST_LENGTH = 50_000;
/**
 * How long the rest of a large grid waits, in milliseconds. A browser reads all that has come before it shows anything, so the page would be
 * seen later if it came at once.
 */
const SHOWING_MS = 100;

/**
 * Draws the grid, push by push. It gives the event loop a turn after each platform row, since a large grid takes a tenth of a second.
 */
export async function* drawGrid({ view, pushes, next, panel }: GridPage): AsyncGenerator<Markup> {
  const turns = new EventLoopTurns();
  const inView = JSON.stringify(view);
  const found: (KnownPush | PushInTurns)[] = [];
  for (const { row, hot } of pushes) {
    const key = `${hot.lastChange} ${inView} ${JSON.stringify(row)}`;
    const known = lastDrawn.get(hot);
    found.push(known?.key === key ? known : await arrangeInTurns({ row, hot, key, view }, turns));
    await turns.giveIfDue();
  }
  const counts = addCounts(found.map(({ offered }) => offered));
  const list = { view, counts, next, isEmpty: pushes.length === 0 };
  const [before, after] = drawFrame((place) => (
    <GridMain {...list} panel={panel}>
      {place}
    </GridMain>
  ));
  yield before;
  let sent = 0;
  for (const push of found) {
    if (sent > FIRST_LENGTH) {
      await wait(SHOWING_MS);
      sent = Number.NEGATIVE_INFINITY;
    }
    const markup = "markup" in push ? push.markup : await drawPush(push, turns);
    sent += markup.html.length;
    yield markup;
  }
  yield after;
}

/** A push that is going to be drawn. */
interface PushInTurns extends Omit<KnownPush, "markup"> {
  readonly hot: HotPush;
  readonly drawn: DrawnPush;
}

async function arrangeInTurns(
  { row, hot, key, view }: { row: PushRow; hot: HotPush; key: string; view: GridView },
  turns: EventLoopTurns,
): Promise<PushInTurns> {
  const all = await jobsOf(hot, turns);
  const { isOffered, isShown } = createTests(view.filter);
  const offered = await countInTurns(all.jobs, isOffered, turns);
  const drawn = arrangePush({ push: showPush(row), all, isShown, view, tabIndex: undefined });
  return { hot, key, offered, drawn };
}

async function drawPush({ hot, key, offered, drawn }: PushInTurns, turns: EventLoopTurns): Promise<Markup> {
  const rows: Markup[] = [];
  for (const row of drawn.rows) {
    await turns.giveIfDue();
    rows.push(drawMarkup(<GridRow row={row} drawing={drawn.drawing} />));
  }
  await turns.giveIfDue();
  const markup = drawAround(
    (place) => (
      <PushSection revision={drawn.push.revision}>
        <PushContent drawn={drawn} zone="UTC" rows={place} />
      </PushSection>
    ),
    rows,
  );
  if (markup.html.length <= MAX_KEPT) lastDrawn.set(hot, { key, offered, markup });
  return markup;
}
