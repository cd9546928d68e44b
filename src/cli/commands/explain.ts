import { readSettings } from "../../config/read-settings.ts";
import { Misuse } from "../../domain/faults.ts";
import { explanationOf } from "../../queries/explanation.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { storeSettingNames, withStore } from "../options/with-store.ts";
import { print, printJson } from "../output/print.ts";
import { renderExplanation } from "../output/render-explanation.ts";

export interface ExplainOptions {
  /** The only project to show; null: all projects. */
  readonly project: string | null;
  readonly json: boolean;
}

/**
 * `explain`: shows everything that is known about a job, or about all runs of a task. Exit code 1 if nothing is known. @throws
 * Misuse if the guid is empty.
 */
export async function explain(
  env: NodeJS.ProcessEnv,
  guid: string,
  { project, json }: ExplainOptions,
): Promise<number> {
  if (guid.trim() === "")
    throw new Misuse(["the guid must not be empty: give a task id, with or without its run"]);
  const explanation = await withStore(readSettings(env, storeSettingNames), "refuse", (store) =>
    explanationOf(store, guid, project),
  );
  await (json ? printJson(explanation) : print(renderExplanation(explanation)));
  const isKnown = explanation.jobs.length + explanation.rejections.length > 0;
  return isKnown ? exitCodes.ok : exitCodes.failed;
}
