import type { ComponentChildren } from "preact";
import { printable } from "../../../domain/text/printable.ts";
import type { Zone } from "../../shown-time.tsx";
import { filterInWords } from "../filter-jobs.ts";
import { gridAddress } from "../grid-address.ts";
import { everyJob } from "../grid-view.ts";
import type { DrawnPush } from "./drawn-push.ts";
import { PushHead } from "./push-head.tsx";
import { GridRow, type RowDrawing } from "./row-drawing.tsx";

export interface PushSectionProps {
  readonly revision: string;
  readonly children: ComponentChildren;
}

/** The element that holds a push. Its content is rendered separately, so that a change redraws only this push. */
export function PushSection({ revision, children }: PushSectionProps) {
  return (
    <section class="push" data-push={revision} aria-label={`push ${revision}`}>
      {children}
    </section>
  );
}

export interface PushContentProps {
  readonly drawn: DrawnPush;
  readonly zone: Zone;
  /** Rows that have already been rendered. Default: the rows are rendered here. */
  readonly rows?: ComponentChildren;
}

/** A push: its head, and a table of its jobs. */
export function PushContent({ drawn, zone, rows }: PushContentProps) {
  const { push, counts, total, shown, drawing } = drawn;
  const head = { push, view: drawing.view, counts, total, shown, zone, tabIndex: drawing.tabIndex };
  return (
    <>
      <PushHead {...head} />
      {shown > 0 && (
        <table class="jobs" aria-label={`jobs of push ${push.revision} by platform`}>
          <tbody>
            {rows ?? drawn.rows.map((row) => <GridRow key={row.key} row={row} drawing={drawing} />)}
          </tbody>
        </table>
      )}
      {shown === 0 && total > 0 && <HiddenJobs drawing={drawing} total={total} />}
    </>
  );
}

/** Says which filter hides all jobs of a push, and links to a view that shows them. */
function HiddenJobs({
  drawing: { view, tabIndex },
  total,
}: {
  readonly drawing: RowDrawing;
  readonly total: number;
}) {
  const words = printable(filterInWords(view.filter).join(", "));
  return (
    <p class="hidden-jobs muted">
      {total === 1 ? "Its job is" : `All ${total} jobs are`} hidden by the filter: {words}.{" "}
      <a href={gridAddress({ ...view, filter: everyJob })} tabIndex={tabIndex}>
        Show all jobs
      </a>
    </p>
  );
}
