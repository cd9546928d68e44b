import type { ComponentChild } from "preact";
import { printable } from "../../../domain/text/printable.ts";
import { buttonTitle, type GridJob, spokenJob } from "../grid-job.ts";
import { type GridView, isGroupOpen } from "../grid-view.ts";
import { closeGroup, type GroupItem, type JobGroup, openGroup, type PlatformRow } from "../group-jobs.ts";

/** The data that the rows of a push need in addition to their jobs. */
export interface RowDrawing {
  readonly view: GridView;
  /** The first 12 characters of the push's revision. */
  readonly revision: string;
  /** Guids of failures whose job passed in another run of the same push. */
  readonly passed: ReadonlySet<string>;
  readonly jobAddress: (guid: string) => string;
  readonly groupAddress: (key: string) => string;
  readonly platformAddress: (key: string) => string;
  /** -1 in the browser, where a script makes the Tab key move from push to push, and the arrow keys from job to job. */
  readonly tabIndex: -1 | undefined;
}

/** Returns a key that identifies a group among the groups of all pushes. */
function openKey(revision: string, groupKey: string): string {
  return `${revision}/${groupKey}`;
}

export interface GridRowProps {
  readonly row: PlatformRow;
  readonly drawing: RowDrawing;
}

/**
 * One platform of a push. The functions below are called directly instead of being used as components, because a grid has thousands of
 * jobs, and a component for each would take more time and memory than its elements.
 */
export function GridRow({ row, drawing }: GridRowProps) {
  const { view } = drawing;
  const isChosen = view.filter.platforms.includes(row.key);
  const address = drawing.platformAddress(row.key);
  return (
    <tr>
      <th scope="row">
        <a
          class="platform"
          href={address}
          title={isChosen ? "show all platforms" : "show this platform only"}
          tabIndex={drawing.tabIndex}
        >
          {printable(row.label)}
        </a>
      </th>
      <td>{spaced(row.groups.map((group) => drawGroup(group, drawing)))}</td>
    </tr>
  );
}

/** Puts spaces between elements. Lines break only at these spaces, so a parenthesis stays with the job next to it. */
function spaced(elements: readonly ComponentChild[]): ComponentChild[] {
  return elements.flatMap((element, index) => (index === 0 ? [element] : [" ", element]));
}

function drawGroup(group: JobGroup, drawing: RowDrawing) {
  if (group.isBare) return spaced(openGroup(group.jobs).map((item) => drawItem(item, "", drawing)));
  const { view, revision, tabIndex } = drawing;
  const key = openKey(revision, group.key);
  const isOpen = isGroupOpen(view, key) || group.jobs.some(({ guid }) => guid === view.job);
  const address = drawing.groupAddress(key);
  const items = isOpen ? openGroup(group.jobs) : closeGroup(group.jobs);
  const tier = group.tier === 1 ? "" : `[tier ${group.tier}]`;
  return (
    <span key={group.key} class="group">
      <a
        class="group-symbol"
        href={address}
        title={printable(group.name)}
        aria-expanded={isOpen ? "true" : "false"}
        data-group={key}
        tabIndex={tabIndex}
      >
        {printable(group.symbol)}
        {tier}
      </a>
      {"("}
      {spaced(items.map((item) => drawItem(item, address, drawing)))}
      {")"}
    </span>
  );
}

/** @param groupAddress - the address that opens the group. */
function drawItem(item: GroupItem, groupAddress: string, drawing: RowDrawing) {
  if (item.kind === "job") return drawJob(item.job, drawing);
  const { look, count, word } = item;
  return (
    <a
      key={`+${look} ${word}`}
      class={`count ${look}`}
      href={groupAddress}
      title={`${count} ${word} jobs in group`}
      aria-label={`+${count} ${word} jobs in group`}
      tabIndex={drawing.tabIndex}
    >
      +{count}
    </a>
  );
}

function drawJob(job: GridJob, { view, passed, jobAddress, tabIndex }: RowDrawing) {
  const hasPassed = passed.has(job.guid);
  const isSelected = job.guid === view.job;
  const classes = ["job", job.look];
  if (hasPassed) classes.push("passed-elsewhere");
  const title = printable(buttonTitle(job));
  return (
    <a
      key={job.guid}
      class={classes.join(" ")}
      href={jobAddress(job.guid)}
      title={hasPassed ? `${title}; passed in another run of this push` : title}
      aria-label={printable(spokenJob(job, hasPassed))}
      aria-current={isSelected ? "true" : undefined}
      tabIndex={tabIndex}
    >
      {printable(job.symbol)}
    </a>
  );
}
