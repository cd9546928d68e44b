import { expect, it } from "@jest/globals";
import { continueCommand } from "../../../src/cli/output/continue-command.ts";

const place = { since: "2026-01-05T10:00:00.000Z", until: "2026-01-06T00:00:00.000Z", into: null };
const begin = "pulse-ingest replay --since 2026-01-05T10:00:00.000Z --until 2026-01-06T00:00:00.000Z";

it.each([
  [{}, null, ""],
  [{ since: "7d", until: "1h" }, null, ""],
  [
    { exchange: "exchange/a/v1/jobs", project: "try", task: "a/0" },
    null,
    " --exchange exchange/a/v1/jobs --project try --task a/0",
  ],
  [{ client: "it's me", dryRun: true, json: true }, null, " --client 'it'\\''s me' --dry-run --json"],
  [{ into: "mongodb://u:secret@h/db" }, "mongodb://u:***@h/db", " --into 'mongodb://u:***@h/db'"],
])("with %j, the command that resumes has the same options but new times", (options, into, words) => {
  expect(continueCommand(options, { ...place, into })).toBe(`${begin}${words}`);
});
