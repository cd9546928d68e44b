import { readSettings } from "../../config/read-settings.ts";
import { readRegistry } from "../../config/registry.ts";
import { Misuse } from "../../domain/faults.ts";
import { counted } from "../../domain/text/counted.ts";
import { countsText } from "../../domain/text/counts-text.ts";
import { type ExpiredKind, expiredKinds } from "../../metrics/retention-counters.ts";
import { daysBefore, expiryQuery } from "../../retention/expiry-query.ts";
import { runExpiry } from "../../retention/run-expiry.ts";
import { leaseOwner } from "../../retention/start-retention.ts";
import type { ExpiryCounts } from "../../store/ports/retention-store.ts";
import type { Store } from "../../store/ports/store.ts";
import { logTextRemoval } from "../../worker/open-log-texts.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { given } from "../options/query-options.ts";
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { columns } from "../output/columns.ts";
import { cutName } from "../output/cut-to-width.ts";
import { print, printJson, tell } from "../output/print.ts";
import { createProgress } from "../output/progress.ts";

const settingNames = [
  ...storeSettingNames,
  ...(["RETAIN_DAYS", "ARCHIVE_DAYS", "REGISTRY_FILE", "DEPLOYMENT", "LOG_CACHE_MAX_BYTES"] as const),
] as const;

const MAX_PROJECTS = 100_000;
/**
 * The share of time that the command works. It is faster than a worker in the background, but leaves room for other users of the
 * store.
 */
const SHARE = 0.5;

/** The documents of a project that would be removed, as `--dry-run --json` prints it. */
interface ProjectPlan extends Omit<ExpiryCounts, "oldest_kept"> {
  readonly project: string;
  /** 0: jobs are kept for ever. */
  readonly retain_days: number;
  readonly oldest_kept: string | null;
}

interface ExpiryPlan {
  readonly projects: readonly ProjectPlan[];
  /** Null with `--project`, which leaves them out. */
  readonly rejections: number | null;
  readonly nonces: number | null;
  readonly segments: number | null;
}

interface ExpireContext {
  readonly store: Store;
  readonly project: string | null;
  readonly retainDays: (project: string) => number;
  readonly archiveDays: number;
  readonly isJson: boolean;
}

/**
 * `expire`: removes data that is too old, as a worker does in the background. With `--dry-run` it only counts. Exit code 1 if
 * another process is already removing data, or if the command was interrupted.
 *
 * @throws Misuse for a broken registry, or for a project that the store does not have.
 */
export async function expire(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const settings = readSettings(env, settingNames);
  const { retainedDays } = await readRegistry(settings.REGISTRY_FILE, settings.DEPLOYMENT);
  const project = given(options["project"]) ?? null;
  const retainDays = (each: string): number => retainedDays(each) ?? settings.RETAIN_DAYS;
  return withStore(settings, "refuse", async (store) => {
    if (project !== null && !(await store.hasProject(project))) {
      throw new Misuse([`--project: the store has no project ${JSON.stringify(project)}`]);
    }
    const context: ExpireContext = {
      ...{ store, project, retainDays, archiveDays: settings.ARCHIVE_DAYS },
      isJson: options["json"] === true,
    };
    if (options["dryRun"] === true) return printPlan(context);
    return remove(context, logTextRemoval(settings).forgetTexts);
  });
}

async function printPlan(context: ExpireContext): Promise<number> {
  const plan = await planOf(context);
  await (context.isJson ? printJson(plan) : print(renderPlan(plan)));
  return exitCodes.ok;
}

async function planOf({ store, project, retainDays, archiveDays }: ExpireContext): Promise<ExpiryPlan> {
  const progress = createProgress();
  const now = Date.now();
  const names = project === null ? await store.listProjectNames(MAX_PROJECTS) : [project];
  const projects: ProjectPlan[] = [];
  try {
    for (const [at, name] of names.entries()) {
      progress.show(`counting: project ${at + 1} of ${names.length}`);
      projects.push(await projectPlan(store, name, retainDays(name), now));
    }
    if (project !== null) return { projects, rejections: null, nonces: null, segments: null };
    return {
      projects,
      rejections: await store.countOutdated("rejections"),
      nonces: await store.countOutdated("nonces"),
      segments: archiveDays === 0 ? 0 : await store.countSegments(daysBefore(archiveDays, now)),
    };
  } finally {
    progress.end();
  }
}

async function projectPlan(store: Store, project: string, days: number, now: number): Promise<ProjectPlan> {
  const query = expiryQuery(project, days, now);
  const none = { jobs: 0, artifacts: 0, logs: 0, pushes: 0, oldest_kept: null };
  return { project, retain_days: days, ...(query === null ? none : await store.countExpired(query)) };
}

function renderPlan({ projects, rejections, nonces, segments }: ExpiryPlan): string {
  const heading = ["project", "kept for", "jobs", "artifacts", "logs", "pushes", "oldest that stays"];
  const rows = projects.map(({ project, retain_days, jobs, artifacts, logs, pushes, oldest_kept }) => [
    cutName(project),
    retain_days === 0 ? "ever" : counted(retain_days, "day"),
    ...(retain_days === 0 ? ["-", "-", "-", "-", "-"] : [jobs, artifacts, logs, pushes].map(String)),
    ...(retain_days === 0 ? [] : [oldest_kept ?? "none"]),
  ]);
  const others = { rejections: rejections ?? 0, nonces: nonces ?? 0, segments: segments ?? 0 };
  return [
    "This would be removed:\n",
    projects.length === 0 ? "no project is stored\n" : columns([heading, ...rows]),
    rejections === null ? "" : `besides: ${countsText(others) || "nothing"}\n`,
  ].join("");
}

async function remove(
  { store, project, retainDays, archiveDays, isJson }: ExpireContext,
  forgetTexts: (urls: readonly string[]) => Promise<void>,
): Promise<number> {
  const progress = createProgress();
  const { signal: stop } = stopOnSignal();
  const removed: Record<ExpiredKind, number> = { ...zero };
  let freedBytes = 0;
  const end = await runExpiry({
    ...{ store, project, retainDays, archiveDays, forgetTexts, stop, now: Date.now },
    ...{ owner: leaseOwner("the command expire"), share: SHARE },
    onStep(step) {
      for (const [kind, count] of Object.entries(step.gone) as [ExpiredKind, number][])
        removed[kind] += count;
      freedBytes += step.freedBytes;
      progress.show(`removed: ${countsText(removed) || "nothing yet"}`);
    },
  }).finally(() => progress.end());
  if (end.kind === "held") {
    tell(
      `error: ${end.owner} is removing old data already (until ${end.until}, or longer); nothing was done: try again later`,
    );
    return exitCodes.failed;
  }
  const isComplete = end.kind === "complete";
  if (isJson) await printJson({ complete: isComplete, removed, freed_bytes: freedBytes });
  else await print(`Removed: ${countsText(removed) || "nothing"}\n`);
  if (isComplete) return exitCodes.ok;
  tell("It was stopped before the end: run it again to continue.");
  return exitCodes.failed;
}

const zero = Object.fromEntries(expiredKinds.map((kind) => [kind, 0])) as Record<ExpiredKind, number>;
