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

/** The content of a page of the grid. */
export interface GridPage {
  readonly view: GridView;
  readonly pushes: readonly { readonly row: PushRow; readonly hot: HotPush }[];
  /** Where the next page begins; null at the end of the list. */
  readonly next: string | null;
  /** The panel of the job that the view names; null if it names none. */
  readonly panel: VNode | null;
}

/** A push that has already been drawn. */
interface KnownPush {
  /** Identifies the drawing. Another push, other jobs or another view have another key. */
  readonly key: string;
  readonly offered: JobCounts;
  readonly markup: Markup;
}

/** The last drawing of each push. It is kept because most readers look at the same pushes in the same view. */
const lastDrawn = new WeakMap<HotPush, KnownPush>();
/** The longest drawing that is kept, in characters. A push of 1,000 jobs has about 60,000. */
const MAX_KEPT = 200_000;

/** After how many characters the rest waits: about what fills a window, which is a push of a thousand jobs or several small ones. */
const FIRST_LENGTH = 50_000;
/**
 * How long the rest of a large grid waits, in milliseconds. A browser processes everything that has arrived before it shows anything, so
 * without this pause the reader would see the first pushes later.
 */
const SHOWING_MS = 100;

/**
 * Draws the grid, push by push. A large grid takes a tenth of a second, so other requests get a turn after each platform row.
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
