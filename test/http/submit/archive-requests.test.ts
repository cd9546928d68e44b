import { brotliDecompressSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createEntryArchive } from "../../../src/archive/archive-entry.ts";
import { Unavailable } from "../../../src/domain/faults.ts";
import { readArchived, readSegments } from "../../archive/read-archived.ts";
import { IngestStory } from "../../ingest/an-ingest.ts";
import { addClient, CLIENT, RestServer } from "./a-rest-server.ts";

const JOBS = "/api/project/try/jobs/";
const revision = "a".repeat(40);

let story: IngestStory;
let server: RestServer;
beforeAll(async () => {
  story = await IngestStory.begin();
  story.start({ keepsArchive: true });
  await addClient(story.real);
  const archive = createEntryArchive(story.store, story.counters);
  server = await RestServer.start(story.real, story.submit, { archive });
});
afterAll(async () => {
  await server.close();
  await story.end();
});
beforeEach(async () => {
  await story.real.expireSegments("9999", 1000);
});

const archived = () => readArchived(story.real);
const aJob = (guid: string, state = "running") => ({
  project: "try",
  revision,
  job: { job_guid: guid, state },
});
const noJob = { project: "try", revision };
const posted = (endpoint: string, items: unknown) => ({
  origin: { kind: "rest", clientId: CLIENT.clientId, endpoint },
  received_at: expect.stringMatching(/^\d{4}-.*Z$/),
  ...{ content_type: "application/json", content_encoding: null, compression: null },
  ...{ oversize: null, unreadable_queue: null, projects: ["try"] },
  body: Buffer.from(JSON.stringify(items)),
});

it("a body that is answered with 200 is archived as it arrived, without the header that signs it", async () => {
  const jobs = [aJob("r-1"), noJob];
  const push = {
    revision,
    author: "a",
    push_timestamp: 1,
    revisions: [{ revision, author: "a", comment: "", repository: "try" }],
  };
  const artifact = { job_guid: "r-1", name: "n", type: "json", blob: "{}" };
  for (const [kind, items] of [
    ["jobs", jobs],
    ["resultset", [push]],
    ["artifact", [artifact]],
  ] as const)
    expect((await server.post(`/api/project/try/${kind}/`, items)).status).toBe(200);
  expect(await archived()).toEqual([
    { ...posted(JOBS, jobs), tasks: ["r-1"] },
    { ...posted("/api/project/try/resultset/", [push]), tasks: [] },
    { ...posted("/api/project/try/artifact/", [artifact]), tasks: ["r-1"] },
  ]);
  for (const data of await readSegments(story.real))
    expect(brotliDecompressSync(data).toString()).not.toMatch(/hawk|mac=/i);
});

it("a body that is refused, or an empty list, is not archived", async () => {
  expect((await server.post(JOBS, [noJob])).status).toBe(400);
  expect((await server.post(JOBS, "no list")).status).toBe(400);
  expect((await server.post(JOBS, [aJob("r-4")], { signer: null })).status).toBe(403);
  expect((await server.post(JOBS, [])).status).toBe(200);
  expect(await archived()).toEqual([]);
});

it("while the archive cannot be written, the client is told to retry, although its jobs are stored", async () => {
  const { addSegment } = story.store;
  story.store.addSegment = async () => {
    throw new Unavailable("store", "no room");
  };
  const refused = await server.post(JOBS, [aJob("r-5")]);
  expect([refused.status, refused.headers.has("retry-after")]).toEqual([503, true]);
  expect(await story.real.findJob("try", "r-5")).not.toBeNull();
  story.store.addSegment = addSegment;
  const accepted = await server.post(JOBS, [aJob("r-5")]);
  expect(accepted).toMatchObject({ status: 200, body: { results: [{ outcome: "unchanged" }] } });
  expect((await archived()).map(({ tasks }) => tasks)).toEqual([["r-5"]]);
});

it("a state that a client sets is archived with the number of its job", async () => {
  await server.post(JOBS, [aJob("r-6")]);
  await story.real.expireSegments("9999", 1000);
  const id = (await story.real.findJob("try", "r-6"))?.job.rest_id;
  const send = (number: unknown, state: string) =>
    server.send(`${JOBS}${number}/update_state/`, { body: JSON.stringify({ state }) });
  const answers = [await send(id, "completed"), await send(7, "completed"), await send(id, "odd")];
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 400]);
  expect(await archived()).toEqual([
    { ...posted(`${JOBS}${id}/update_state/`, { state: "completed" }), tasks: ["r-6"] },
  ]);
});
