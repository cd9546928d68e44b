import type { BrowserContextOptions } from "playwright-core";
import { logAddress, operateAddress, projectAddress, publishAddress } from "../../src/web/addresses.ts";
import type { ShownWorker } from "./shown-worker.ts";

/** A picture. */
export interface Scene {
  /** The name of its file, without `.png`. */
  readonly name: string;
  readonly address: string;
  /** Viewport and colour scheme, if they differ from 1280 x 800 and light. */
  readonly options?: BrowserContextOptions;
  /** Selector of an element: the picture is taken when the page contains it. */
  readonly isReady: string;
}

const phone = { viewport: { width: 390, height: 844 } };

/**
 * Returns the pictures to make.
 * @param only - the names of the requested ones; null for all.
 * @throws Error that names a picture which does not exist.
 */
export function chosenScenes(
  { plan }: Pick<ShownWorker, "plan">,
  only: readonly string[] | null,
): readonly Scene[] {
  const failed = [...plan.logs.values()].filter(
    ({ push, result, failures, log }) =>
      push.project.name === "autoland" && result === "fail" && failures.length > 1 && log === "to-read",
  );
  const job = failed.toSorted((a, b) => b.endedAt - a.endedAt)[0];
  if (job === undefined) throw new Error("no job of autoland has failed in this data: ask for more jobs");
  const place = { project: job.push.project.name, guid: job.taskId };
  const project = projectAddress(place.project);
  const scenes: readonly Scene[] = [
    { name: "grid", address: project, isReady: "main a" },
    { name: "grid-dark", address: project, isReady: "main a", options: { colorScheme: "dark" } },
    { name: "grid-phone", address: project, isReady: "main a", options: phone },
    {
      name: "job",
      address: `${project}?${new URLSearchParams({ job: place.guid })}`,
      isReady: "#panel-place .job-tabs",
    },
    { name: "log", address: logAddress(place), isReady: ".log-row" },
    { name: "publish", address: publishAddress(refusedTask(plan)), isReady: ".road-step" },
    {
      name: "operate",
      address: operateAddress(),
      isReady: "main table",
      options: { viewport: { width: 1280, height: 1100 } },
    },
  ];
  if (only === null) return scenes;
  const unknown = only.find((name) => !scenes.some((scene) => scene.name === name));
  if (unknown !== undefined) throw new Error(`there is no picture ${unknown}`);
  return scenes.filter(({ name }) => only.includes(name));
}

/** A task whose message was rejected. */
function refusedTask(plan: ShownWorker["plan"]): string {
  const messages = plan.bodies.map(({ bytes }) => bytes.toString());
  const [, task] =
    /"taskId":"([^"]+)".*"state":"finished"/.exec(
      messages.find((text) => text.includes('"finished"')) ?? "",
    ) ?? [];
  if (task === undefined) throw new Error("no message was refused in this data");
  return task;
}
