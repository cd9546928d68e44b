import type { KeyActions, KeyPlace } from "./keys.ts";

/** Descriptions of the keys for people. Only the help page contains them, so that the scripts of the other pages stay small. */
export const keyMeanings: { readonly [Place in KeyPlace]: Readonly<Record<KeyActions[Place], string>> } = {
  grid: {
    "next-failure": "next unclassified failure",
    "previous-failure": "previous unclassified failure",
    "next-job": "next job",
    "previous-job": "previous job",
    "next-row": "next platform",
    "previous-row": "previous platform",
    open: "open the job below the grid",
    log: "log of the job",
    "raw-log": "raw log of the job",
    "next-tab": "next tab of the job",
    filter: "filter the jobs by a text",
    "clear-filter": "remove the filter",
    unclassified: "unclassified failures only, or all jobs again",
    progress: "hide or show pending and running jobs",
    groups: "open or close all groups",
    close: "close the job",
    help: "this help",
  },
  log: {
    "next-error": "next failing line",
    "previous-error": "previous failing line",
    find: "find a text in the whole log",
    "next-hit": "next line with that text",
    "previous-hit": "previous line with that text",
    "errors-only": "failing lines only, or all lines again",
    "successful-steps": "hide or show successful steps",
    copy: "copy the selected lines",
    top: "first line",
    end: "last line",
    "raw-log": "raw log",
    help: "this help",
  },
};
