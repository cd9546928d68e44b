import { numberOf } from "../../domain/document-numbers.ts";
import { readConditions } from "../../queries/api/conditions.ts";
import { detailFields, listJobDetails } from "../../queries/api/job-details.ts";
import {
  pageOfLines,
  pageOfSummaries,
  type SummaryCursor,
  type SummaryPage,
} from "../../queries/api/log-summaries.ts";
import { readWhole } from "../../queries/api/read-page.ts";
import { readCursor, writeCursor } from "../../queries/api/summary-cursor.ts";
import { linkTo, type ReadQuestion, type ReadRoute } from "./read-route.ts";

const MAX_DETAILS = 2000;
const MAX_PROJECTS = 1000;
const MAX_OPTION_COLLECTIONS = 10_000;

/** The classes that people can assign to a failure. Only the first is ever used here, because nobody classifies failures. */
const failureClassifications = [
  "not classified",
  "fixed by commit",
  "expected fail",
  "intermittent",
  "infra",
  "new failure not classified",
  "autoclassified intermittent",
  "intermittent needs bugid",
].map((name, at) => ({ id: at + 1, name, description: "" }));

/** The lists of names that old clients request. They are empty, because names are stored only on the jobs. */
const emptyLists = ["product", "jobgroup", "buildplatform", "jobtype", "machine", "machineplatform"];

/** The routes that do not belong to a project. */
export const siteRoutes: readonly ReadRoute[] = [
  {
    path: "/api/jobdetail/",
    async answer({ store }, question) {
      const { query } = question;
      const rows = await listJobDetails(store, readConditions(query, detailFields));
      const limit = Math.min(readWhole(query, "limit") ?? MAX_DETAILS, MAX_DETAILS);
      const offset = readWhole(query, "offset") ?? 0;
      const linkAt = (at: number): string => linkTo(question, { limit: String(limit), offset: String(at) });
      return {
        count: rows.length,
        // A page of zero rows would link to itself.
        next: limit > 0 && offset + limit < rows.length ? linkAt(offset + limit) : null,
        previous: offset > 0 ? linkAt(Math.max(0, offset - limit)) : null,
        results: rows.slice(offset, offset + limit),
      };
    },
  },
  {
    path: "/api/text-log-summary/",
    answer: ({ store }, question) => cursorPage(question, (from) => pageOfSummaries(store, from)),
  },
  {
    path: "/api/text-log-summary-line/",
    answer: ({ store }, question) => cursorPage(question, (from) => pageOfLines(store, from)),
  },
  {
    path: "/api/optioncollectionhash/",
    async answer({ store }) {
      const collections = await store.listOptionCollections(MAX_OPTION_COLLECTIONS);
      return collections.map(({ hash, options }) => ({
        option_collection_hash: hash,
        options: options.map((name) => ({ name })),
      }));
    },
  },
  {
    path: "/api/repository/",
    async answer({ store }) {
      return (await store.listProjectNames(MAX_PROJECTS)).map((name) => ({
        id: numberOf(name),
        name,
        repository_group: { name: "", description: "" },
        dvcs_type: "",
        url: "",
        codebase: "",
        description: "",
        active_status: "active",
        performance_alerts_enabled: false,
      }));
    },
  },
  { path: "/api/failureclassification/", answer: async () => failureClassifications },
  ...emptyLists.map((name) => ({ path: `/api/${name}/`, answer: async () => [] })),
];

async function cursorPage<Row>(
  question: ReadQuestion,
  pageFrom: (from: SummaryCursor) => Promise<SummaryPage<Row>>,
): Promise<object> {
  const { rows, next } = await pageFrom(readCursor(question.query.get("cursor")));
  // A cursor leads only forward, so there is never a link to the previous page.
  return {
    next: next === null ? null : linkTo(question, { cursor: writeCursor(next) }),
    previous: null,
    results: rows,
  };
}
