import type { TierOverrides } from "../domain/tiers.ts";
import type { Log } from "../log.ts";
import { parseChangedRegistry } from "./parse-changed-registry.ts";
import { parseTiers } from "./parse-tiers.ts";
import { parseRegistry, type Registry } from "./registry.ts";
import { watchFile } from "./watched-file.ts";

export interface OperatorFilesOptions {
  readonly registryPath: string;
  readonly tiersPath: string;
  readonly deployment: string | undefined;
  /** Ends the watch. */
  readonly stop: AbortSignal;
  /** The compiled code of the thread that parses a large registry; by default, the code in `dist`. */
  readonly registryThreadEntry?: URL;
  readonly log: Log;
}

/** The files that operators write, in the version that is in force. They are read again on change and on request. */
export interface OperatorFiles {
  registry(): Registry;
  tiers(): TierOverrides;
  /** Applies the registry's `accept_projects`. For an exchange that was removed, the last registry that listed it applies. */
  acceptsProject(exchange: string, project: string): boolean;
  /** The number of the registry in force; the registry at start-up has the number 1. */
  generation(): number;
  /** Why the present content of the files is not in force; empty if it is. */
  problems(): readonly string[];
  /** Calls the listener each time a changed registry comes into force. */
  onRegistry(listener: () => void): void;
  /** Reads the files now. */
  reread(): Promise<void>;
}

/** How often the files are read, in milliseconds. A change comes into force after two reads. */
const READ_EVERY_MS = 1000;

/** Reads both files, and watches them. @throws Misuse for the first file that is invalid. */
export async function openOperatorFiles(options: OperatorFilesOptions): Promise<OperatorFiles> {
  const { registryPath, tiersPath, deployment, stop, log } = options;
  // Messages of a removed exchange may still wait in the queue, so its restrictions stay in force.
  const left = new Map<string, Registry>();
  const listeners: (() => void)[] = [];
  const registry = await watchFile({
    what: "registry",
    path: registryPath,
    everyMs: READ_EVERY_MS,
    parse: (text) => parseRegistry(registryPath, text, deployment),
    parseChanged: (text) => parseChangedRegistry(registryPath, text, deployment, options.registryThreadEntry),
    onChange(now, before) {
      for (const exchange of before.exchanges) left.set(exchange, before);
      for (const exchange of now.exchanges) left.delete(exchange);
      const generation = registry.generation();
      log.info("registry_reloaded", { path: registryPath, generation, ...difference(now, before) });
      warn(now);
      for (const listener of listeners) listener();
    },
    stop,
    log,
  });
  warn(registry.current());
  function warn({ warnings }: Registry): void {
    if (warnings.length > 0) log.warn("registry_warnings", { path: registryPath, warnings });
  }

  const tiers = await watchFile({
    what: "tiers",
    path: tiersPath,
    everyMs: READ_EVERY_MS,
    parse: (text) => parseTiers(tiersPath, text),
    onChange: (now) => log.info("tiers_reloaded", { path: tiersPath, projects: now.size }),
    stop,
    log,
  });
  const files = [registry, tiers];
  return {
    registry: registry.current,
    tiers: tiers.current,
    acceptsProject: (exchange, project) =>
      (left.get(exchange) ?? registry.current()).acceptsProject(exchange, project),
    generation: registry.generation,
    problems: () => files.flatMap((file) => file.problems()),
    onRegistry: (listener) => void listeners.push(listener),
    async reread() {
      await Promise.all(files.map((file) => file.reread()));
    },
  };
}

function difference(now: Registry, before: Registry): Readonly<Record<string, number>> {
  return {
    exchanges: now.exchanges.length,
    bindings: now.bindings.length,
    added: now.bindings.filter((binding) => !before.binds(binding)).length,
    left: before.bindings.filter((binding) => !now.binds(binding)).length,
  };
}
