import { afterAll, beforeAll, beforeEach, expect, it, jest } from "@jest/globals";
import { HawkServer, json } from "../../doubles/hawk-server.ts";
import { freePort } from "../../servers/free-port.ts";
import { type CliRun, runCli } from "../run-cli.ts";

jest.setTimeout(180_000);

const secret = "5d41402a-bc4b-4a76-b971-9d911017c592";
let server: HawkServer;
beforeAll(async () => {
  server = await HawkServer.open(secret);
});
afterAll(() => server.close());
beforeEach(() => server.reset());

const credentials = { HAWK_CLIENT_ID: "me", HAWK_SECRET: secret };

function submit(
  file: unknown,
  kind: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = credentials,
): Promise<CliRun> {
  const target = ["--project", "try", "--kind", kind, "--url", server.url];
  return runCli(
    ["submit", "-", ...target, ...args],
    env,
    typeof file === "string" ? file : JSON.stringify(file),
  );
}

const job = (guid: string, more: object = {}) => ({
  revision: "a".repeat(40),
  job: { job_guid: guid, ...more },
});

it("posts the items as they are written in the file, in chunks, and prints the verdict on each", async () => {
  const items = Array.from(
    { length: 501 },
    (_, n) => `{"revision_hash": "h", "job": {"job_guid": "g/${n}", "tier": 1.0}}`,
  );
  const { code, stdout, stderr } = await submit(items.join("\n"), "jobs");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n").slice(0, -1)).toEqual(items.map((_, n) => `stored    -[${n}]: try g/${n}`));
  expect(server.seen).toMatchObject([
    { target: "/api/project/try/jobs/", signature: "right", body: `[${items.slice(0, 500).join(",")}]` },
    { body: `[${items[500]}]` },
  ]);
  expect(server.seen[0]?.hawk["id"]).toBe("me");
});

it("posts nothing if an item is invalid, and says what is wrong and where", async () => {
  const file = [job("g/0"), { job: {} }, 5, { ...job("g/1"), revision: "", revisions: [] }];
  const { code, stdout, stderr } = await submit(file, "jobs");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.split("\n")).toEqual([
    "-[1]: invalid",
    "  /job: must have required property 'job_guid' [required]",
    "-[2]: invalid",
    "  (the whole message): must be object; it is 5 [type]",
    "-[3]: invalid",
    expect.stringMatching(/^ {2}\/revision: is missing: .*\[unusable-field\]$/),
    "Nothing was posted. Fix the items first.",
    "",
  ]);
  expect(server.seen).toEqual([]);
});

it("posts nothing and says so if the list is empty; an empty list as an item is invalid", async () => {
  const { code, stdout, stderr } = await submit(" [ ]\n", "jobs");
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: "-: the list is empty\n" });
  const nested = await submit([[]], "jobs");
  expect(nested).toMatchObject({ code: 1, stderr: expect.stringContaining("must be object; it is []") });
  expect(server.seen).toEqual([]);
});

it("reports what was rejected and what was not used, with exit code 1", async () => {
  const errors = [{ pointer: "/tier", message: "must be\u001b[2J a number" }];
  const refused = [{ what: 'artifact "x"', reason: "has no blob" }];
  const warnings = [{ what: 'artifact "y"', reason: "does not fit its schema" }];
  const results = [
    { index: 0, outcome: "rejected", errors },
    { index: 1, outcome: "unchanged", errors: [], refused, warnings },
  ];
  server.answer = json(200, { message: "ok", results });
  const pushes = ["a", "b"].map((revision) => ({
    revision,
    push_timestamp: 1,
    revisions: [{ revision, author: "x", repository: "try" }],
  }));
  const [text, lines] = await Promise.all([
    submit(pushes, "resultsets"),
    submit(pushes, "resultsets", ["--json"]),
  ]);
  expect(text).toMatchObject({ code: 1, stderr: "" });
  expect(text.stdout.split("\n")).toEqual([
    "rejected  -[0]: try a",
    "  /tier: must be\\u001b[2J a number",
    "unchanged -[1]: try b",
    '  not used: artifact "x": has no blob',
    '  warning: artifact "y": does not fit its schema',
    "",
  ]);
  expect(
    lines.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { file: "-", index: 0, outcome: "rejected", errors, refused: [], warnings: [] },
    { file: "-", index: 1, outcome: "unchanged", errors: [], refused, warnings },
  ]);
});

it("waits for what the worker makes, and says what is late", async () => {
  const log_references = [{ name: "buildbot_text", url: "http://logs.test/a" }];
  server.answer = (response, request) => {
    const { pathname, searchParams } = new URL(request.target, server.url);
    const name = searchParams.get("name");
    if (request.method === "POST")
      json(200, { message: "ok", results: [{ index: 0, outcome: "stored" }] })(response, request);
    else if (pathname.endsWith("/jobs/"))
      json(200, { results: [{ id: 1, job_guid: "g/0" }] })(response, request);
    else
      json(200, name === "text_log_summary" ? [{ id: 2, job_id: 1, name, type: "json", blob: {} }] : [])(
        response,
        request,
      );
  };
  const { code, stdout, stderr } = await submit([job("g/0", { log_references })], "jobs", [
    "--wait",
    "--timeout",
    "5",
  ]);
  expect(stdout.split("\n")).toEqual([
    "stored    -[0]: try g/0",
    "generated try g/0: text_log_summary",
    "unknown   try g/0: Bug suggestions",
    "",
  ]);
  expect(stderr).toContain("pulse-ingest logs list --job g/0");
  expect(code).toBe(3);
  // Reading needs no signature.
  expect(server.seen.map(({ method, signature }) => `${method} ${signature}`)).toEqual(
    expect.arrayContaining(["POST right", "GET none"]),
  );
});

it("ends with exit code 2 for refused credentials, and never shows the secret", async () => {
  server.answer = json(403, { detail: "No authentication credentials found with id me" });
  const runs = await Promise.all([
    submit([job("g/0")], "jobs"),
    submit([job("g/0")], "jobs", [], { HAWK_CLIENT_ID: "", HAWK_SECRET: secret }),
  ]);
  expect(runs.map(({ code }) => code)).toEqual([2, 2]);
  const words = ["pulse-ingest credentials add", "HAWK_CLIENT_ID and HAWK_SECRET"];
  for (const [index, { stdout, stderr }] of runs.entries()) {
    expect(stderr).toContain(words[index]);
    expect(stdout + stderr).not.toContain(secret);
  }
});

it("ends with exit code 3 if no server answers", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = ["submit", "-", "--project", "try", "--kind", "jobs", "--url", url];
  const { code, stderr } = await runCli(args, credentials, JSON.stringify(job("g/0")));
  expect(stderr).toContain(
    "/jobs/: nothing is listening there (ECONNREFUSED): check that the server is running, and that --url is its address",
  );
  expect(code).toBe(3);
});

it.each([
  [["--url", "localhost"], "--url must be an address that begins with http:// or https://"],
  [
    ["--url", "http://u:p@h"],
    "--url must not hold a user or a password: give HAWK_CLIENT_ID and HAWK_SECRET",
  ],
  [["--project", "a b"], '--project must be 1 to 50 letters, digits, - or _; it is "a b"'],
])("a wrong option is reported under its own name: %j", async (args, expected) => {
  expect(await submit([job("g/0")], "jobs", args)).toMatchObject({ code: 2, stderr: `error: ${expected}\n` });
});

it("an answer that asks for another address names the option to change", async () => {
  server.answer = json(403, { detail: "Hawk authentication failed" });
  const { stderr } = await submit([job("g/0")], "jobs");
  expect(stderr).toContain("check the secret, and that --url is the address that the server itself sees");
  server.answer = (response) => void response.writeHead(405).end();
  const other = await submit([job("g/0")], "jobs");
  expect(other.stderr).toMatch(/: 405 Method Not Allowed \(check --url\)\n$/);
});
