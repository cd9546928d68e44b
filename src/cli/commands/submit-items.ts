import {
  AuthenticationError,
  chunkBySize,
  type ItemVerdict,
  RequestError,
  ThrottledError,
  TreeherderClient,
  TreeherderClientError,
  UnreachableError,
  WaitTimeoutError,
} from "#client";
import { readSettings } from "../../config/read-settings.ts";
import type { CollectionKind } from "../../domain/collection.ts";
import { Misuse } from "../../domain/faults.ts";
import { printable } from "../../domain/text/printable.ts";
import { judgeLimitNames, judgeLimits } from "../../judge/judge-limits.ts";
import { loadCollectionSchemas } from "../../validate/collection-schemas.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { given } from "../options/query-options.ts";
import { readWait } from "../options/read-wait.ts";
import { errorLine } from "../output/error-line.ts";
import { print, printJson, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";
import { type ExpectedArtifact, expectedArtifacts } from "./expected-artifacts.ts";
import { itemName, type PostedItem, postedItems } from "./posted-items.ts";
import { readInput } from "./read-input.ts";
import { readKind } from "./validate-collection.ts";

/** The limits of one request. The server stores this much well within its own time limit. */
const chunkLimits = { maxItems: 500, maxBytes: 4 * 1024 * 1024 };

/** The submission that the command line asks for. */
interface Submission {
  readonly file: string;
  readonly project: string;
  readonly kind: CollectionKind;
  readonly waitMs: number | null;
  readonly json: boolean;
}

/**
 * `submit`: posts the items of a file, and prints the server's verdict on each. Exit code 0 if all are stored or unchanged. 1 if
 * an item is invalid; nothing is posted then. 1 also if an item was rejected or a request was refused. 2 if the credentials were
 * refused. 3 if the server did not answer, or the awaited artifacts did not appear in time.
 */
export async function submitItems(
  env: NodeJS.ProcessEnv,
  file: string,
  options: CommandOptions,
): Promise<number> {
  const submission = readOptions(file, options);
  const { writer, reader } = createClients(env, given(options["url"]));
  const limits = judgeLimits(readSettings(env, judgeLimitNames));
  const rules = { ...limits, collections: loadCollectionSchemas(), tiers: new Map() };
  const items = postedItems(await readInput(file), submission, rules);
  if (items.length === 0) tell(`${printable(file)}: the list is empty`);
  if (await reportInvalid(items, submission)) return exitCodes.failed;
  try {
    const verdicts = await post(items, submission, writer);
    const accepted = verdicts.filter(({ outcome }) => outcome === "stored" || outcome === "unchanged");
    const code = accepted.length === verdicts.length ? exitCodes.ok : exitCodes.failed;
    if (submission.waitMs === null) return code;
    const values = accepted.map(({ index }) => items[index]?.value);
    const waited = await awaitArtifacts(expectedArtifacts(submission.kind, values), submission, reader);
    return code === exitCodes.ok ? waited : code;
  } catch (error) {
    if (error instanceof AuthenticationError) throw new Misuse([inOwnTerms(error)]);
    if (!(error instanceof RequestError)) throw error;
    tell(`error: ${inOwnTerms(error)}`);
    const isLate = error instanceof UnreachableError || error instanceof ThrottledError;
    return isLate ? exitCodes.timeout : exitCodes.failed;
  }
}

function readOptions(file: string, options: CommandOptions): Submission {
  const project = given(options["project"]);
  if (project === undefined) throw new Misuse(["--project must be given: 1 to 50 letters, digits, - or _"]);
  if (!/^[\w-]{1,50}$/.test(project)) {
    const found = JSON.stringify(project);
    throw new Misuse([`--project must be 1 to 50 letters, digits, - or _; it is ${found}`]);
  }
  const kind = readKind(given(options["kind"]) ?? "");
  return { file, project, kind, waitMs: readWait(options), json: options["json"] === true };
}

/** Reading needs no credentials, and without them it does not count towards the client's rate limits. */
function createClients(env: NodeJS.ProcessEnv, url: string | undefined) {
  const settings = readSettings(env, ["HAWK_CLIENT_ID", "HAWK_SECRET"]);
  const { HAWK_CLIENT_ID: clientId, HAWK_SECRET: secret } = settings;
  if (clientId === undefined || secret === undefined) {
    throw new Misuse([
      "HAWK_CLIENT_ID and HAWK_SECRET must hold the credentials; the operator makes them with `pulse-ingest credentials add`",
    ]);
  }
  const server = url === undefined ? {} : { serverUrl: url };
  try {
    return {
      writer: new TreeherderClient({ ...server, clientId, secret }),
      reader: new TreeherderClient(server),
    };
  } catch (error) {
    if (!(error instanceof TreeherderClientError)) throw error;
    throw new Misuse([inOwnTerms(error)]);
  }
}

/** Returns the client library's message with the options of the command instead of those of the library. */
function inOwnTerms({ message }: Error): string {
  return message
    .replaceAll("clientId and secret", "HAWK_CLIENT_ID and HAWK_SECRET")
    .replaceAll("clientId", "HAWK_CLIENT_ID")
    .replaceAll("serverUrl", "--url");
}

/** Reports the invalid items. Returns true if there are any. */
async function reportInvalid(items: readonly PostedItem[], { file, json }: Submission): Promise<boolean> {
  for (const [index, { errors }] of items.entries()) {
    if (errors.length === 0) continue;
    if (json) await printJson({ file, index, outcome: "invalid", errors });
    else tell([`${printable(file)}[${index}]: invalid`, ...errors.map(errorLine)].join("\n"));
  }
  if (items.every(({ errors }) => errors.length === 0)) return false;
  tell("Nothing was posted. Fix the items first.");
  return true;
}

function faultLine({ pointer, message }: { readonly pointer: string; readonly message: string }): string {
  return printable(`  ${pointer || "(the whole item)"}: ${message}`);
}

/**
 * Posts the items in chunks, in order, and prints each verdict. Returns the verdicts, with the indexes of the items in the file.
 */
async function post(
  items: readonly PostedItem[],
  submission: Submission,
  client: TreeherderClient,
): Promise<readonly ItemVerdict[]> {
  const { file, project, kind, json } = submission;
  const progress = createProgress();
  const verdicts: ItemVerdict[] = [];
  let posted = 0;
  for (const chunk of chunkBySize(items, ({ text }) => Buffer.byteLength(text), chunkLimits)) {
    progress.show(`posting; ${posted} of ${items.length} are posted`);
    const texts = chunk.map(({ text }) => text);
    const { results } = await client.postJson(project, kind, texts);
    progress.end();
    if (results.length !== chunk.length) {
      throw new RequestError(`the server gave ${results.length} verdicts on ${chunk.length} items`, null);
    }
    for (const verdict of results) {
      const index = posted + verdict.index;
      verdicts.push({ ...verdict, index });
      const { outcome, errors, refused, warnings } = verdict;
      if (json) await printJson({ file, index, outcome, errors, refused, warnings });
      else await print(`${verdictLines(verdict, items[index], index, submission).join("\n")}\n`);
    }
    posted += chunk.length;
  }
  return verdicts;
}

function verdictLines(
  { outcome, errors, refused, warnings }: ItemVerdict,
  item: PostedItem | undefined,
  index: number,
  { file, project, kind }: Submission,
): string[] {
  const name = itemName(kind, item?.value);
  return [
    printable(`${outcome.padEnd(10)}${file}[${index}]: ${project} ${name}`),
    ...errors.map(faultLine),
    ...refused.map(({ what, reason }) => printable(`  not used: ${what}: ${reason}`)),
    ...warnings.map(({ what, reason }) => printable(`  warning: ${what}: ${reason}`)),
  ];
}

/** Waits for the artifacts one by one, and prints each. */
async function awaitArtifacts(
  expected: readonly ExpectedArtifact[],
  { project, waitMs, json }: Submission,
  client: TreeherderClient,
): Promise<number> {
  const deadlineMs = performance.now() + (waitMs ?? 0);
  const progress = createProgress();
  const late: ExpectedArtifact[] = [];
  for (const { guid, name } of expected) {
    progress.show(`waiting for ${name} of ${guid}`);
    const timeoutMs = Math.max(0, deadlineMs - performance.now());
    const isThere = await client.waitFor(project, guid, name, { timeoutMs }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof WaitTimeoutError) return false;
        throw error;
      },
    );
    progress.end();
    if (!isThere) late.push({ guid, name });
    const outcome = isThere ? "generated" : "unknown";
    if (json) await printJson({ job_guid: guid, artifact: name, outcome });
    else await print(`${printable(`${outcome.padEnd(10)}${project} ${guid}: ${name}`)}\n`);
  }
  const [first] = late;
  if (first === undefined) return exitCodes.ok;
  tell(
    printable(
      `error: ${late.length} of ${expected.length} artifacts were not there in time. See why with pulse-ingest logs list --job ${first.guid}`,
    ),
  );
  return exitCodes.timeout;
}
