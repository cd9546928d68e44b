import { jobAddress } from "../addresses.ts";
import { documentTitle } from "../document-title.ts";
import { readTab } from "../job/job-tabs.ts";
import { jobPageTitle } from "../job-title.ts";
import { openJobPanel } from "./open-job-panel.tsx";
import { startShell } from "./shell.ts";

startShell();

const root = document.getElementById("job");
if (root !== null) {
  const panel = openJobPanel(root, {
    tabAddress: (place, tab) => jobAddress({ ...place, tab }),
    onShown: ({ job, coalesced_to }) => {
      document.title = documentTitle(jobPageTitle(job, coalesced_to !== null));
    },
    onTab: (tab) => history.pushState(null, "", jobAddress({ ...placeOf(location.search), tab })),
  });
  const follow = (): void => panel.show(placeOf(location.search), tabOf(location.search));
  window.addEventListener("popstate", follow);
  follow();
}

function placeOf(search: string) {
  const query = new URLSearchParams(search);
  return { project: query.get("project") ?? "", guid: query.get("guid") ?? "" };
}

function tabOf(search: string) {
  return readTab(new URLSearchParams(search).get("tab"));
}
