import { printable } from "../../../domain/text/printable.ts";
import { pushAddress } from "../../addresses.ts";
import { ShownTime, type Zone } from "../../shown-time.tsx";
import { gridAddress } from "../grid-address.ts";
import { type GridView, toggleStatus } from "../grid-view.ts";
import { type JobCounts, MAX_JOBS, progressText } from "../job-counts.ts";
import type { ShownPush, ShownRevision } from "../shown-push.ts";

export interface PushHeadProps {
  readonly push: ShownPush;
  readonly view: GridView;
  /** Counts of all jobs of the push, regardless of the filter. */
  readonly counts: JobCounts;
  /** The number of all jobs of the push. */
  readonly total: number;
  /** The number of jobs that the filter shows. */
  readonly shown: number;
  readonly zone: Zone;
  /** See `RowDrawing`. */
  readonly tabIndex: -1 | undefined;
}

/** The head of a push: its time, author, progress and revisions. */
export function PushHead({ push, view, counts, total, shown, zone, tabIndex }: PushHeadProps) {
  const { project } = view;
  const progress = progressText(counts);
  return (
    <header class="push-head">
      <div class="push-line">
        <h2>
          <a class="push-link" tabIndex={tabIndex} href={pushAddress({ project, revision: push.revision })}>
            {push.isSkeleton ? printable(push.revision) : <ShownTime at={push.at} zone={zone} />}
          </a>
        </h2>
        {push.isSkeleton ? (
          <span class="muted">
            push details not received yet (first job <ShownTime at={push.at} zone={zone} />)
          </span>
        ) : (
          <a
            class="author"
            tabIndex={tabIndex}
            href={gridAddress({ ...view, revision: null, author: push.author, before: null, job: null })}
            title="pushes of this author only"
          >
            {printable(push.author)}
          </a>
        )}
        <span class="push-counts">
          {counts.failed > 0 && (
            <a
              class="push-failed"
              tabIndex={tabIndex}
              href={gridAddress(toggleStatus(view, ["failures"]))}
              title="failures only, or all jobs again"
            >
              {counts.failed} failed
            </a>
          )}
          {progress !== null && <span class="progress">{progress}</span>}
          <span class="muted">
            {shown < total && `${shown} of `}
            {total === 1 ? "1 job" : `${total} jobs`}
            {total === MAX_JOBS && ", and no more are shown"}
          </span>
        </span>
      </div>
      {push.revisions.length > 0 && (
        <ul class="revisions">
          {push.revisions.map((revision, index) => (
            <RevisionLine
              key={`${index} ${revision.revision}`}
              revision={revision}
              project={project}
              tabIndex={tabIndex}
            />
          ))}
          {push.more > 0 && <li class="muted">…and {push.more} more</li>}
        </ul>
      )}
    </header>
  );
}

interface RevisionLineProps extends Pick<PushHeadProps, "tabIndex"> {
  readonly revision: ShownRevision;
  readonly project: string;
}

function RevisionLine({ revision, project, tabIndex }: RevisionLineProps) {
  return (
    <li>
      <a class="revision" tabIndex={tabIndex} href={pushAddress({ project, revision: revision.revision })}>
        {printable(revision.revision)}
      </a>
      <span class="revision-author">{printable(revision.author)}</span>
      <span class="comment">{printable(revision.comment)}</span>
    </li>
  );
}
