import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../cli/run-cli.ts";
import type { Documents, JobFound } from "./documents.ts";
import type { Published } from "./law.ts";
import { readSqlite } from "./read-documents.ts";

/**
 * Replays the archive of a run into an empty store. Returns descriptions of how that store differs from the original one.
 * @param env - settings that name the original store and the registry.
 */
export async function replayRun(
  env: NodeJS.ProcessEnv,
  original: Documents,
  published: readonly Published[],
): Promise<string[]> {
  const target = mkdtempSync(join(tmpdir(), "replayed-"));
  const { code, stderr } = await runProcess(["replay", "--into", `sqlite:${target}`], env);
  const found =
    code === 0
      ? differences(original, readSqlite(target), refusedPosts(published))
      : [`replay ended with ${code}: ${stderr}`];
  rmSync(target, { recursive: true });
  return found;
}

/** A request with a refused item may be answered with an error, and then it is not archived. */
function refusedPosts(published: readonly Published[]): ReadonlySet<string> {
  const posted = published.filter(({ way }) => way === "rest").flatMap(({ message }) => message.jobs);
  return new Set(posted.flatMap((each) => (each.kind === "rejected" ? [each.sha256] : [])));
}

/** Leaves out what is made from logs, which is missing after a replay because no worker ran on the new store. Pure. */
function differences(original: Documents, replayed: Documents, except: ReadonlySet<string>): string[] {
  const lacking = (what: string, wanted: Iterable<string>, found: ReadonlySet<string>): string[] =>
    [...wanted]
      .filter((each) => !found.has(each))
      .map((each) => `${what} ${each}: it is not there after a replay`);
  const both = (what: string, one: ReadonlySet<string>, other: ReadonlySet<string>): string[] => [
    ...lacking(what, one, other),
    ...[...other].filter((each) => !one.has(each)).map((each) => `${what} ${each}: only a replay made it`),
  ];
  return [
    ...both("job", texts(original.jobs), texts(replayed.jobs)),
    ...both("result set", original.resultSets, replayed.resultSets),
    ...both("coalesced", original.coalesced, replayed.coalesced),
    ...both("rejection", rejections(original, except), rejections(replayed, except)),
    ...lacking("log", replayed.logs.keys(), new Set(original.logs.keys())),
    ...lacking("log", original.logs.keys(), new Set(replayed.logs.keys())),
  ];
}

/** Leaves out the transitions: two workers that race may skip a state that a replay, in order, does not skip. */
function texts(jobs: ReadonlyMap<string, JobFound>): ReadonlySet<string> {
  return new Set(
    [...jobs].map(([id, { state, result, who, result_set }]) =>
      JSON.stringify({ id, state, result, who, result_set }),
    ),
  );
}

function rejections({ rejections: all }: Documents, except: ReadonlySet<string>): ReadonlySet<string> {
  const compared = all.filter(({ sha256 }) => !except.has(sha256));
  return new Set(compared.map(({ sha256, reason }) => `${sha256} ${reason}`));
}
