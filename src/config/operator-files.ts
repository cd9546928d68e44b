import { keyOf } from "../domain/binding.ts";
import type { TierOverrides } from "../domain/tiers.ts";
import type { Log } from "../log.ts";
import { parseTiers } from "./parse-tiers.ts";
import { parseRegistry, type Registry } from "./registry.ts";
import { watchFile } from "./watched-file.ts";

export interface OperatorFilesOptions {
  readonly registryPath: string;
  readonly tiersPath: string;
  readonly deployment: string | undefined;
  /** Ends the watch. */
  readonly stop: AbortSignal;
  readonly log: Log;
}

/** What operators write, as it is in force: read again on change, and when asked to. */
export interface OperatorFiles {
  registry(): Registry;
  tiers(): TierOverrides;
  /** As the registry says; for an exchange that left it, as the last one said that listed it. */
  acceptsProject(exchange: string, project: string): boolean;
  /** Of the registry: 1 is that of the start. */
  generation(): number;
  /** What keeps the files as they are now from being in force; empty: they are. */
  problems(): readonly string[];
  /** Calls the listener each time that another registry has come into force. */
  onRegistry(listener: () => void): void;
  /** Looks at them now. */
  reread(): Promise<void>;
}

/** A change is in force after two looks. */
const LOOK_EVERY_MS = 1000;

/** Reads both files, and watches them. @throws Misuse for the first that is broken. */
export async function openOperatorFiles(options: OperatorFilesOptions): Promise<OperatorFiles> {
  const { registryPath, tiersPath, deployment, stop, log } = options;
  // Messages of an exchange that left may wait in the queue: what it may not write to stays closed to it.
  const left = new Map<string, Registry>();
  const listeners: (() => void)[] = [];
  const registry = await watchFile({
    what: "registry",
    path: registryPath,
    everyMs: LOOK_EVERY_MS,
    parse: (text) => parseRegistry(registryPath, text, deployment),
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
    everyMs: LOOK_EVERY_MS,
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
  const [wanted, wantedBefore] = [now, before].map(({ bindings }) => new Set(bindings.map(keyOf)));
  return {
    exchanges: now.exchanges.length,
    bindings: now.bindings.length,
    added: now.bindings.filter((binding) => !wantedBefore?.has(keyOf(binding))).length,
    left: before.bindings.filter((binding) => !wanted?.has(keyOf(binding))).length,
  };
}
