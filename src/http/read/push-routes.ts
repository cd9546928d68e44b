import { numberOf } from "../../domain/document-numbers.ts";
import { resultSetId } from "../../domain/ids.ts";
import type { ResultSet } from "../../domain/result-set.ts";
import { countStates } from "../../queries/api/job-view.ts";
import { listPushes } from "../../queries/api/list-pushes.ts";
import { createNameNumbers, type NameNumber } from "../../queries/api/name-numbers.ts";
import { toPushRow, toRevisionRow, toTodaysPushRow } from "../../queries/api/push-row.ts";
import { type Page, readPage, readWhole, wholeNumber } from "../../queries/api/read-page.ts";
import { ReadRefused } from "../../queries/api/read-refused.ts";
import { PROJECT_PATH } from "../rest/rest-plugin.ts";
import type { ReadQuestion, ReadRoute, ReadSources } from "./read-route.ts";

const MAX_PUSHES = 1000;
/** The page size of a client that reads all pushes. It is allowed although it exceeds the limit. */
const ALL_AT_A_TIME = 2000;
const givenNames = ["revision", "fromchange", "tochange", "startdate", "enddate", "author"];

/** The routes of pushes. */
export const pushRoutes: readonly ReadRoute[] = [
  {
    path: `${PROJECT_PATH}/resultset/`,
    answer: ({ store }, question) => listOf(store, question, toPushRow),
  },
  {
    path: `${PROJECT_PATH}/push/`,
    answer: ({ store }, question) => listOf(store, question, toTodaysPushRow),
  },
  {
    path: `${PROJECT_PATH}/resultset/:id/`,
    answer: async ({ store }, question) => toPushRow(await pushOf(store, question), numberOf, true),
  },
  {
    path: `${PROJECT_PATH}/resultset/:id/revisions/`,
    async answer({ store }, question) {
      const push = await pushOf(store, question);
      return push.revisions.toReversed().map((revision) => toRevisionRow(push, revision, numberOf));
    },
  },
  {
    path: `${PROJECT_PATH}/resultset/:id/status/`,
    async answer({ store }, question) {
      const { project, short_revision } = await pushOf(store, question);
      return countStates(store, resultSetId(project, short_revision));
    },
  },
];

async function listOf(
  store: ReadSources["store"],
  { project, query }: ReadQuestion,
  toRow: (push: ResultSet, numberOf: NameNumber, full: boolean) => object,
): Promise<object> {
  const pushes = await listPushes(store, project, query, pushPage(query));
  // Clients in Python write `False`.
  const full = query.get("full")?.toLowerCase() !== "false";
  const remembered = createNameNumbers();
  const given = Object.fromEntries(
    givenNames.flatMap((name) => {
      const value = query.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  return {
    results: pushes.map((push) => toRow(push, remembered, full)),
    meta: { ...given, count: pushes.length, repository: project, filter_params: given },
  };
}

function pushPage(query: URLSearchParams): Page {
  const most = readWhole(query, "count") === ALL_AT_A_TIME ? ALL_AT_A_TIME : MAX_PUSHES;
  const tooMany = { error: `Specified count exceeds api limit: ${MAX_PUSHES}` };
  return readPage(query, { usual: 10, most, tooMany });
}

/** Returns the push that a path names, which may be a skeleton. @throws ReadRefused with 404 if the project has no such push. */
async function pushOf(store: ReadSources["store"], { project, id }: ReadQuestion): Promise<ResultSet> {
  const number = wholeNumber(id);
  const [push] = number === null ? [] : await store.findPushes([number]);
  if (push === undefined || push.project !== project)
    throw new ReadRefused(404, `No resultset with id: ${id}`);
  return push;
}
