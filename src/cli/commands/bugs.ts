import { BugzillaError, readRestBug } from "../../bugs/cache/bugzilla.ts";
import { syncBugs, UNTIMED_TOLD } from "../../bugs/cache/sync-bugs.ts";
import { readSettings } from "../../config/read-settings.ts";
import type { Bug } from "../../domain/bug.ts";
import { Misuse } from "../../domain/faults.ts";
import { blankSecrets } from "../../domain/text/blank-url.ts";
import { counted } from "../../domain/text/counted.ts";
import { printable } from "../../domain/text/printable.ts";
import { userAgent } from "../../version.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { print, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";
import { readInput } from "./read-input.ts";

/**
 * `bugs import`: replaces the cached bugs with a file's bugs. Exit code 1, with nothing changed, if an entry is invalid
 * (the first ones are named) or there are no bugs.
 */
export async function importBugs(env: NodeJS.ProcessEnv, file: string): Promise<number> {
  const { bugs, problems } = readBugsFile(file, (await readInput(file)).toString("utf8"));
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) tell(printable(`${file}: ${problem}`));
  if (problems.length > 0 || bugs.length === 0) {
    const more = problems.length > SHOWN_PROBLEMS ? ` (the first ${SHOWN_PROBLEMS} are shown)` : "";
    const why = problems.length > 0 ? `${counted(problems.length, "invalid bug")}${more}` : "no bugs";
    tell(`${why} in ${file}; nothing was imported.`);
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

// A file of the wrong kind has a problem in every line. The first ones are enough to see that.
const SHOWN_PROBLEMS = 20;

/** Returns Bugzilla's address. @throws Misuse, which names the option if the address comes from there. */
function readAddress(env: NodeJS.ProcessEnv, url: string | null): string {
  try {
    return readSettings(url === null ? env : { ...env, BUGZILLA_URL: url }, ["BUGZILLA_URL"]).BUGZILLA_URL;
  } catch (error) {
    if (url === null || !(error instanceof Misuse)) throw error;
    throw new Misuse(error.problems.map((problem) => problem.replace(/^BUGZILLA_URL/, "--url")));
  }
}

/**
 * `bugs sync`: replaces the cached bugs with Bugzilla's. Exit code 1, with nothing changed, if a request fails. An empty
 * answer changes nothing either.
 *
 * @param url - Bugzilla's address; null: use the setting.
 */
export async function sync(env: NodeJS.ProcessEnv, url: string | null): Promise<number> {
  const baseUrl = readAddress(env, url);
  const place = blankSecrets(baseUrl);
  const progress = createProgress();
  const onProgress = (bugs: number): void => progress.show(`${bugs} bugs read from ${place}`);
  try {
    const { bugs, untimed } = await withStore(readSettings(env, storeSettingNames), "make", (store) =>
      syncBugs(store, { baseUrl, userAgent, onProgress }),
    );
    progress.end();
    await print(
      bugs > 0 ? `Bugs synced from ${place}: ${bugs}\n` : `${place} has no such bugs: nothing was changed\n`,
    );
    if (untimed.length > 0) {
      const more = untimed.length > UNTIMED_TOLD ? ", ..." : "";
      tell(
        `warning: the time of the last change cannot be read in ${counted(untimed.length, "bug")}, not suggested while open: ${untimed.slice(0, UNTIMED_TOLD).join(", ")}${more}`,
      );
    }
    return exitCodes.ok;
  } catch (error) {
    progress.end();
    if (!(error instanceof BugzillaError)) throw error;
    tell(printable(`error: ${place}: ${error.message}; nothing was changed`));
    return exitCodes.failed;
  }
}

interface BugsFile {
  /** One bug per id. If the file has several, the last one counts. */
  readonly bugs: readonly Bug[];
  /** The invalid entries, by line or index, with the reason. */
  readonly problems: readonly string[];
}

/**
 * Reads the bugs in a file's text: an answer of Bugzilla's REST API (`{"bugs": [...]}`), an array, a single bug, or one bug per line.
 *
 * @throws Misuse if the text is none of these.
 */
function readBugsFile(file: string, text: string): BugsFile {
  const bugs = new Map<number, Bug>();
  const problems: string[] = [];
  const add = (place: string, value: unknown): void => {
    const read = readRestBug(value);
    if ("wrong" in read) problems.push(`${place}: ${read.wrong}`);
    else if (read.wrongTime !== null) problems.push(`${place}: ${read.wrongTime}`);
    else bugs.set(read.bug.id, read.bug);
  };
  const plain = text.replace(/^\uFEFF/, "");
  const whole = parseJson(plain);
  if (whole.ok) {
    listOf(whole.value).forEach((value, index) => {
      add(`bug ${index}`, value);
    });
  } else {
    const lines = plain.split("\n");
    const first = lines.find((line) => line.trim() !== "");
    // Report a broken JSON document as one problem, not as one for each of its lines.
    if (first !== undefined && !parseJson(first).ok) {
      throw new Misuse([
        `${file} is neither a JSON document nor one JSON bug per line: ${whole.reason.replaceAll("\n", " ")}`,
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

/** Returns the bugs in a document: those of its list, or the document itself as the only one. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const isAnswer = typeof value === "object" && value !== null && "bugs" in value;
  return isAnswer && Array.isArray(value.bugs) ? value.bugs : [value];
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
