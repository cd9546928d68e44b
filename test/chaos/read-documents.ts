import { join } from "node:path";
import Database from "libsql";
import { MongoClient } from "mongodb";
import { z } from "zod";
import { logId } from "../../src/domain/ids.ts";
import type { Documents, JobFound } from "./documents.ts";

const job = z.object({
  job_guid: z.string(),
  state: z.string(),
  result: z.string().nullable(),
  who: z.string(),
  result_set: z.string(),
  version: z.number(),
  transitions: z.array(z.object({ state: z.string() })),
});
const rejection = z.object({
  fault: z.object({ reason: z.string() }),
  payload: z.object({ sha256: z.string() }),
  count: z.number(),
});

/** Rows of either store, in a common form. */
interface Rows {
  readonly jobs: readonly { readonly id: string; readonly doc: unknown }[];
  readonly artifacts: readonly { readonly job: string; readonly name: string }[];
  readonly logs: readonly { readonly id: string; readonly parse_status: string }[];
  readonly rejections: readonly unknown[];
  /** Ids. */
  readonly resultSets: readonly string[];
  readonly coalesced: readonly string[];
  readonly suggestions: number;
  readonly suspects: number;
}

function jobOf(doc: unknown): JobFound {
  const { job_guid: guid, ...rest } = job.parse(doc);
  return { guid, ...rest };
}

function documentsOf(rows: Rows): Documents {
  const artifacts = new Map<string, string[]>();
  for (const { job: id, name } of rows.artifacts) artifacts.set(id, [...(artifacts.get(id) ?? []), name]);
  return {
    jobs: new Map(rows.jobs.map(({ id, doc }) => [id, jobOf(doc)])),
    resultSets: new Set(rows.resultSets),
    artifacts,
    logs: new Map(rows.logs.map(({ id, parse_status }) => [id, parse_status])),
    coalesced: new Set(rows.coalesced),
    rejections: rows.rejections.map((row) => {
      const { fault, payload, count } = rejection.parse(row);
      return { reason: fault.reason, sha256: payload.sha256, count };
    }),
    suggestions: rows.suggestions,
    suspects: rows.suspects,
  };
}

/** Reads everything in the embedded store's file directly from its tables, because the port answers only queries about one job. */
export function readSqlite(folder: string): Documents {
  const db = new Database(join(folder, "pulse-ingest.db"), { readonly: true });
  const all = <Row extends z.ZodType>(row: Row, sql: string): z.infer<Row>[] =>
    z.array(row).parse(db.prepare(sql).all());
  const text = z.string().transform((doc): unknown => JSON.parse(doc));
  const ids = (table: string) =>
    all(z.object({ id: z.string() }), `SELECT id FROM ${table}`).map(({ id }) => id);
  const count = (table: string) => all(z.object({ n: z.number() }), `SELECT count(*) AS n FROM ${table}`);
  try {
    return documentsOf({
      jobs: all(z.object({ key: z.string(), doc: text }), "SELECT key, doc FROM jobs").map(
        ({ key, doc }) => ({ id: idOf(key), doc }),
      ),
      artifacts: all(
        z.object({ key: z.string(), name: z.string() }),
        "SELECT key, name FROM artifacts JOIN jobs ON n = job",
      ).map(({ key, name }) => ({ job: idOf(key), name })),
      logs: all(
        z.object({
          ...{ project: z.string(), guid: z.string(), name: z.string(), url: z.string() },
          parse_status: z.string(),
        }),
        "SELECT project, guid, name, url, parse_status FROM logs",
      ).map(({ project, guid, name, url, parse_status }) => ({
        id: logId(project, guid, name, url),
        parse_status,
      })),
      rejections: all(z.object({ doc: text, count: z.number() }), "SELECT doc, count FROM rejections").map(
        ({ doc, count: seen }) => ({ ...Object(doc), count: seen }),
      ),
      resultSets: ids("resultsets"),
      coalesced: ids("coalesced"),
      suggestions: count("suggestions")[0]?.n ?? 0,
      suspects: count("suspects")[0]?.n ?? 0,
    });
  } finally {
    db.close();
  }
}

/** Returns the job's id for its key in the embedded store, in which the two halves are swapped. */
function idOf(key: string): string {
  return key.split("/").reverse().join("/");
}

/** Reads everything in a database on a MongoDB-protocol server. */
export async function readMongodb(url: string): Promise<Documents> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  const collection = (name: string) => client.db().collection<{ readonly _id: string }>(name);
  const all = (name: string, ...fields: string[]) =>
    collection(name)
      // A job that is being removed does not count. Its document has only this field.
      .find(
        { removed_at: { $exists: false } },
        { projection: Object.fromEntries(fields.map((field) => [field, 1])) },
      )
      .toArray();
  const ids = async (name: string) => (await all(name, "_id")).map(({ _id }) => _id);
  const artifact = z.object({ job: z.string(), name: z.string() });
  const log = z.object({ _id: z.string(), parse_status: z.string() });
  try {
    return documentsOf({
      jobs: (await all("jobs", ...Object.keys(job.shape))).map((doc) => ({ id: doc._id, doc })),
      artifacts: (await all("artifacts", "job", "name")).map((doc) => artifact.parse(doc)),
      logs: (await all("logs", "parse_status")).map((doc) => {
        const { _id, parse_status } = log.parse(doc);
        return { id: _id, parse_status };
      }),
      rejections: await all("rejections", "fault.reason", "payload.sha256", "count"),
      resultSets: await ids("resultsets"),
      coalesced: await ids("coalesced"),
      suggestions: await collection("suggestions").countDocuments(),
      suspects: await collection("suspects").countDocuments(),
    });
  } finally {
    await client.close();
  }
}
