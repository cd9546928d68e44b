import type { VNode } from "preact";
import type { HotPush } from "../../../queries/grid/hot-push.ts";
import type { PushRow } from "../../../store/ports/page-reads.ts";
import { EventLoopTurns } from "../../../timing/event-loop-turns.ts";
import { arrangePush, type DrawnPush } from "../../../web/grid/draw/drawn-push.ts";
import { GridMain } from "../../../web/grid/draw/grid-main.tsx";
import { PushContent, PushSection } from "../../../web/grid/draw/push-section.tsx";
import { GridRow } from "../../../web/grid/draw/row-drawing.tsx";
import type { GridView } from "../../../web/grid/grid-view.ts";
import { addCounts } from "../../../web/grid/job-counts.ts";
import { showPush } from "../../../web/grid/shown-push.ts";
import { drawAround, drawFrame, drawMarkup, type Markup } from "../serve/markup.ts";
import { chooseInTurns, jobsOf } from "./grid-jobs.ts";

/** What a page of the grid shows. */
export interface GridPage {
  readonly view: GridView;
  readonly pushes: readonly { readonly row: PushRow; readonly hot: HotPush }[];
  /** Where the next page begins; null at the end of the list. */
  readonly next: string | null;
  /** The panel of the job that the view names; null if it names none. */
  readonly panel: VNode | null;
}

/**
 * Draws the grid, push by push. It gives the event loop a turn after each platform row, since a large grid takes a tenth of a second.
 */
export async function* drawGrid({ view, pushes, next, panel }: GridPage): AsyncGenerator<Markup> {
  const turns = new EventLoopTurns();
  const arranged: DrawnPush[] = [];
  const counts = [];
  for (const { row, hot } of pushes) {
    const all = await jobsOf(hot, turns);
    const chosen = await chooseInTurns(all.jobs, view.filter, turns);
    counts.push(chosen.offeredCounts);
    arranged.push(arrangePush({ push: showPush(row), all, chosen, view, tabIndex: undefined }));
    await turns.giveIfDue();
  }
  const list = { view, counts: addCounts(counts), next, isEmpty: pushes.length === 0 };
  const [before, after] = drawFrame((place) => (
    <GridMain {...list} panel={panel}>
      {place}
    </GridMain>
  ));
  yield before;
  for (const push of arranged) yield await drawPush(push, turns);
  yield after;
}

async function drawPush(drawn: DrawnPush, turns: EventLoopTurns): Promise<Markup> {
  const rows: Markup[] = [];
  for (const row of drawn.rows) {
    await turns.giveIfDue();
    rows.push(drawMarkup(<GridRow row={row} drawing={drawn.drawing} />));
  }
  await turns.giveIfDue();
  return drawAround(
    (place) => (
      <PushSection revision={drawn.push.revision}>
        <PushContent drawn={drawn} zone="UTC" rows={place} />
      </PushSection>
    ),
    rows,
  );
}
