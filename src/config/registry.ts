import { type Binding, BindingSet } from "../domain/binding.ts";
import { Misuse } from "../domain/faults.ts";
import { type AcceptsProject, acceptedProjects } from "./accepted-projects.ts";
import { parseRegistryContents, type RegistryContents } from "./registry-contents.ts";
import { retainedDaysOf } from "./retention-rules.ts";
import { readText } from "./yaml-file.ts";

/** The registry: the exchanges that an operator lists. */
export interface Registry {
  readonly exchanges: readonly string[];
  readonly lists: (exchange: string) => boolean;
  /** Every destination with every project of its entry, without duplicates. */
  readonly bindings: readonly Binding[];
  readonly binds: (binding: Binding) => boolean;
  readonly acceptsProject: AcceptsProject;
  /** How long a project's jobs are kept, in days; 0: for ever; null: the file has no rule for the project. */
  readonly retainedDays: (project: string) => number | null;
  /** The rules for that as they are in the file: days by names and patterns of projects. */
  readonly retain: Readonly<Record<string, number>>;
  /** Things that work but are probably mistakes, each with file and line. */
  readonly warnings: readonly string[];
}

/**
 * Reads the registry file and parses it with {@link parseRegistry}. @throws Misuse as `parseRegistry` does, and if the file
 * cannot be read.
 */
export async function readRegistry(path: string, deployment?: string): Promise<Registry> {
  return parseRegistry(path, await readText(path), deployment);
}

/**
 * Parses a registry.
 *
 * @param path - the file's path, for error messages.
 * @param text - null if there is no such file.
 * @param deployment - entries whose `deployments` do not list it are ignored; undefined: all entries count.
 * @throws Misuse with all problems together, each with file, line, entry and the fix.
 */
export function parseRegistry(path: string, text: string | null, deployment?: string): Registry {
  if (text === null) throw noRegistry(path);
  return toRegistry(parseRegistryContents(path, text, deployment));
}

export function noRegistry(path: string): Misuse {
  return new Misuse([`${path}: there is no such file; REGISTRY_FILE must name the registry`]);
}

/** Builds a registry, with its lookup functions, from the content of a file. */
export function toRegistry({ entries, retain, warnings }: RegistryContents): Registry {
  const exchanges = new Set(entries.map(({ exchange }) => exchange));
  const known = new BindingSet([]);
  const bindings = entries.flatMap(bindingsOf).filter((binding) => known.add(binding));
  return {
    exchanges: [...exchanges],
    lists: (exchange) => exchanges.has(exchange),
    bindings,
    binds: (binding) => known.has(binding),
    acceptsProject: acceptedProjects(entries),
    retain,
    retainedDays: retainedDaysOf(retain),
    warnings,
  };
}

function bindingsOf({ exchange, destinations, projects }: RegistryContents["entries"][number]): Binding[] {
  return projects.flatMap((project) =>
    destinations.map((destination) => ({ exchange, routing_key: `${destination}.${project}` })),
  );
}
