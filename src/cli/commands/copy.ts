import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { readSettings } from "../../config/read-settings.ts";
import { type CopyResult, copyStoreContents } from "../../copy/copy-store-contents.ts";
import { type CopySelection, copiedKinds, walkCopies } from "../../copy/walk-copies.ts";
import { Misuse, Unavailable } from "../../domain/faults.ts";
import { forwardCalls } from "../../store/calls/forward-calls.ts";
import type { Store } from "../../store/ports/store.ts";
import {
  openAddressed,
  parseStoreAddress,
  type StoreAddress,
  shownAddress,
} from "../../store/store-address.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { given, readTime } from "../options/query-options.ts";
import { print, printJson, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";
import { kindName, renderCopy, renderPlannedCopy } from "../output/render-copy.ts";
import { waitForStore } from "./wait-for-store.ts";

/** How long to wait for a database. It may fail over to another machine, and the first calls may read all jobs. */
const DATABASE_PATIENCE_MS = 300_000;

/**
 * `copy`: copies one store into another, and compares the two. Exit code 1 if they differ. It may be interrupted at any moment;
 * running the same command again continues the copy.
 *
 * @throws Misuse for addresses that cannot be used, or that name the same store.
 */
export async function copy(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const from = addressOf("--from", options["from"]);
  const to = addressOf("--to", options["to"]);
  if (isSamePlace(from, to)) throw new Misuse(["--from and --to name the same store"]);
  const since = given(options["since"]);
  const selection: CopySelection = {
    project: given(options["project"]) ?? null,
    since: since === undefined ? null : readTime("--since", since),
    withCredentials: options["credentials"] === true,
  };
  const { REJECTION_TTL_DAYS: rejectionTtlDays } = readSettings(env, ["REJECTION_TTL_DAYS"]);
  const source = await openAddressed(from, { absent: "refuse", rejectionTtlDays });
  try {
    const { project } = selection;
    if (project !== null && !(await source.hasProject(project))) {
      throw new Misuse([`--project: ${shownAddress(from)} has no project ${JSON.stringify(project)}`]);
    }
    if (options["dryRun"] === true) return await countOnly(patient(source, from), selection, options);
    const target = await openAddressed(to, { absent: "make", rejectionTtlDays });
    try {
      const names = {
        from: shownAddress(from),
        to: shownAddress(to),
        project: selection.project,
        since: selection.since,
      };
      const view = {
        ...names,
        ...(await copyAndCompare(patient(source, from), patient(target, to), selection)),
      };
      await (options["json"] === true ? printJson(view) : print(renderCopy(view)));
      return view.differing === 0 ? exitCodes.ok : exitCodes.failed;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

function addressOf(flag: string, value: CommandOptions[string]): StoreAddress {
  const text = given(value);
  if (text === undefined) throw new Misuse([`${flag} must be given: sqlite:DIR or mongodb://...`]);
  return parseStoreAddress(flag, text);
}

function isSamePlace(a: StoreAddress, b: StoreAddress): boolean {
  if (a.kind === "sqlite") return b.kind === "sqlite" && realPath(a.folder) === realPath(b.folder);
  return b.kind === "mongodb" && a.url === b.url;
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    // The folder does not exist yet.
    return resolve(folder);
  }
}

/**
 * Returns the store with calls that are repeated while the store is away. Every call of a copy is idempotent. An embedded store gets
 * no more time than in other commands, because its disk is full or its file is locked, and a person has to look.
 */
function patient(store: Store, { kind }: StoreAddress): Store {
  const patienceMs = kind === "sqlite" ? undefined : DATABASE_PATIENCE_MS;
  const { ask } = waitForStore(store, new AbortController().signal, patienceMs);
  return forwardCalls<Store>({ name: store.name }, ask);
}

/** Counts what would be copied. The target is not opened, because opening a store creates its tables and indexes. */
async function countOnly(source: Store, selection: CopySelection, options: CommandOptions): Promise<number> {
  const progress = createProgress();
  const kinds = new Map<string, number>(copiedKinds(selection).map((kind) => [kind, 0]));
  try {
    for await (const documents of walkCopies(source, selection)) {
      const kind = documents[0]?.kind ?? "";
      kinds.set(kind, (kinds.get(kind) ?? 0) + documents.length);
      progress.show(`counting: ${kindName(kind)} ${kinds.get(kind)}`);
    }
  } finally {
    progress.end();
  }
  const view = Object.fromEntries(kinds);
  await (options["json"] === true ? printJson({ kinds: view }) : print(renderPlannedCopy(view)));
  return exitCodes.ok;
}

async function copyAndCompare(source: Store, target: Store, selection: CopySelection): Promise<CopyResult> {
  const progress = createProgress();
  try {
    return await copyStoreContents(source, target, selection, (step, kind, documents) =>
      progress.show(`${step} ${kindName(kind)}: ${documents}`),
    );
  } catch (error) {
    progress.end();
    if (error instanceof Unavailable) tell("To continue: run the same command again.");
    throw error;
  } finally {
    progress.end();
  }
}
