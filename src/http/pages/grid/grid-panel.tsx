import type { VNode } from "preact";
import { printable } from "../../../domain/text/printable.ts";
import { readJob } from "../../../queries/job/read-job.ts";
import { publishAddress } from "../../../web/addresses.ts";
import { gridAddress } from "../../../web/grid/grid-address.ts";
import type { GridView } from "../../../web/grid/grid-view.ts";
import { JobPanel } from "../../../web/job/job-panel.tsx";
import { firstTab, readTab } from "../../../web/job/job-tabs.ts";
import { bugAddressOf } from "../bug-address.ts";
import type { PageParts } from "../page-parts.ts";

/** Returns the panel of the job that a view names, or null if it names none. */
export async function gridPanel(
  { store, settings, now }: Pick<PageParts, "store" | "settings" | "now">,
  view: GridView,
): Promise<VNode | null> {
  const { project, job: guid } = view;
  if (guid === null) return null;
  const tab = readTab(view.tab);
  const reading = { bugAddress: bugAddressOf(settings), withSimilar: tab === "history", nowMs: now() };
  const { shown } = await readJob(store, { project, guid }, reading);
  if (shown === null) return <NoSuchJob project={project} guid={guid} />;
  return (
    <JobPanel
      shown={shown}
      tab={tab ?? firstTab(shown)}
      tabAddress={(name) => gridAddress({ ...view, tab: name })}
      zone="UTC"
      nowMs={now()}
    />
  );
}

function NoSuchJob({ project, guid }: { readonly project: string; readonly guid: string }) {
  return (
    <p class="note">
      {printable(project)} has no job {printable(guid)}.{" "}
      <a href={publishAddress(guid)}>See how far it has come</a>
    </p>
  );
}
