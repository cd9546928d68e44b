import { BugzillaError, readRestBug } from "../../bugs/cache/bugzilla.ts";
import { syncBugs } from "../../bugs/cache/sync-bugs.ts";
import { readSettings } from "../../config/read-settings.ts";
import type { Bug } from "../../domain/bug.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankSecrets } from "../../domain/text/blank-url.ts";
import { printable } from "../../domain/text/printable.ts";
import { userAgent } from "../../version.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { print, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";
import { readInput } from "./validate.ts";

/**
 * `bugs import`: puts a file's bugs in the place of those in the cache. Exit code 1, and nothing changed, if any entry is
 * no bug (the first are named) or there are none.
 */
export async function importBugs(env: NodeJS.ProcessEnv, file: string): Promise<number> {
  const { bugs, problems } = readBugsFile(file, (await readInput(file)).toString("utf8"));
  for (const problem of problems.slice(0, PROBLEMS_TOLD)) tell(printable(`${file}: ${problem}`));
  if (problems.length > 0 || bugs.length === 0) {
    const more = problems.length > PROBLEMS_TOLD ? ` (the first ${PROBLEMS_TOLD} are told)` : "";
    const why = problems.length > 0 ? `wrong: ${problems.length}${more}` : "there are none";
    tell(`Of the bugs in ${file} ${why}; nothing was imported.`);
    return exitCodes.failed;
  }
  const progress = createProgress();
  progress.show(`writing ${bugs.length} bugs`);
  await withStore(readSettings(env, storeSettingNames), "make", (store) => store.replaceBugs(bugs)).finally(
    progress.end,
  );
  await print(`Bugs imported: ${bugs.length}\n`);
  return exitCodes.ok;
}

// A file of another kind has as many problems as lines; the first few say which.
const PROBLEMS_TOLD = 20;

/**
 * `bugs sync`: puts Bugzilla's bugs in the place of those in the cache. Exit code 1, and nothing changed, if any page
 * fails; none at all change nothing either.
 *
 * @param url - of Bugzilla; null: as the settings have it.
 */
export async function sync(env: NodeJS.ProcessEnv, url: string | null): Promise<number> {
  const asked = url === null ? env : { ...env, BUGZILLA_URL: url };
  const { BUGZILLA_URL: baseUrl } = readSettings(asked, ["BUGZILLA_URL"]);
  const place = blankSecrets(baseUrl);
  const progress = createProgress();
  const onProgress = (bugs: number): void => progress.show(`${bugs} bugs read from ${place}`);
  try {
    const bugs = await withStore(readSettings(env, storeSettingNames), "make", (store) =>
      syncBugs(store, { baseUrl, userAgent, onProgress }),
    );
    progress.end();
    await print(
      bugs > 0 ? `Bugs synced from ${place}: ${bugs}\n` : `${place} has no such bugs: nothing was changed\n`,
    );
    return exitCodes.ok;
  } catch (error) {
    progress.end();
    if (!(error instanceof BugzillaError)) throw error;
    tell(`error: ${place}: ${error.message}; nothing was changed`);
    return exitCodes.failed;
  }
}

interface BugsFile {
  /** Each id once: what comes later counts. */
  readonly bugs: readonly Bug[];
  /** What is no bug, by line or index, and why. */
  readonly problems: readonly string[];
}

/**
 * The bugs in a file's text: the answer of Bugzilla's REST API (`{"bugs": [...]}`), a bare array, or a bug a line.
 *
 * @throws Misuse for what is none of these.
 */
function readBugsFile(file: string, text: string): BugsFile {
  const bugs = new Map<number, Bug>();
  const problems: string[] = [];
  const add = (place: string, value: unknown): void => {
    const read = readRestBug(value);
    if ("wrong" in read) problems.push(`${place}: ${read.wrong}`);
    else bugs.set(read.bug.id, read.bug);
  };
  const plain = text.replace(/^\uFEFF/, "");
  const whole = parseJson(plain);
  const list = whole.ok ? listOf(whole.value) : null;
  if (list !== null) {
    list.forEach((value, index) => {
      add(`bug ${index}`, value);
    });
  } else {
    const lines = plain.split("\n");
    const first = lines.find((line) => line.trim() !== "");
    // A broken document is one problem, not one for each of its lines.
    if (first !== undefined && !parseJson(first).ok) {
      throw new Misuse([
        `${file} is neither JSON nor a JSON bug a line: ${whole.ok ? "" : whole.reason.replaceAll("\n", " ")}`,
      ]);
    }
    lines.forEach((line, index) => {
      if (line.trim() === "") return;
      const parsed = parseJson(line);
      if (parsed.ok) add(`line ${index + 1}`, parsed.value);
      else problems.push(`line ${index + 1}: ${parsed.reason}`);
    });
  }
  return { bugs: [...bugs.values()], problems };
}

/** Null: not a list of bugs, so perhaps a single one. */
function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  const isAnswer = typeof value === "object" && value !== null && "bugs" in value;
  return isAnswer && Array.isArray(value.bugs) ? value.bugs : null;
}

type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
