import type { ComponentChildren } from "preact";
import { gridAddress } from "../grid-address.ts";
import { selectJob } from "../grid-view.ts";
import { FilterBar, type FilterBarProps } from "./filter-bar.tsx";
import { NoPushes, OlderPushes } from "./grid-notes.tsx";

export interface GridMainProps extends FilterBarProps {
  /** The cursor of the next page of pushes; null at the end of the list. */
  readonly next: string | null;
  readonly isEmpty: boolean;
  /** The pushes; see `PushSection`. */
  readonly children: ComponentChildren;
  /** The job panel, if the address names a job. */
  readonly panel: ComponentChildren;
}

/** The main content of the grid page. The script finds elements by their ids, and reads its settings from `data-` attributes. */
export function GridMain({ view, counts, next, isEmpty, children, panel }: GridMainProps) {
  const { project, revision } = view;
  return (
    <div id="grid" class="grid" data-project={project} data-revision={revision ?? undefined}>
      <h1 class="visually-hidden">
        {revision === null ? `Pushes of ${project}` : `Push ${revision.slice(0, 12)} of ${project}`}
      </h1>
      <div id="filter-place">
        <FilterBar view={view} counts={counts} />
      </div>
      <p id="live-note" class="live-note" hidden />
      <div id="pushes">{children}</div>
      <div id="list-end">
        {isEmpty ? <NoPushes view={view} /> : revision === null && <OlderPushes view={view} next={next} />}
      </div>
      <aside id="panel-place" class="panel-place" aria-label="Job" hidden={panel === null}>
        {/* biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved */}
        <div
          id="panel-edge"
          role="separator"
          tabIndex={0}
          aria-orientation="horizontal"
          aria-label="Height of the job's panel"
          aria-valuemin={15}
          aria-valuemax={85}
          aria-valuenow={42}
        />
        <a class="panel-close" href={gridAddress(selectJob(view, null))} aria-label="close the job">
          ✕
        </a>
        <div id="grid-job">{panel}</div>
      </aside>
    </div>
  );
}
