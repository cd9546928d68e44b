import * as z from "zod";
import { Misuse } from "../domain/faults.ts";
import type { Binding } from "../store/store.ts";
import { MAX_NAME_BYTES } from "./broker-address.ts";
import { mapping, parseYaml, readText } from "./yaml-file.ts";

const word = z.string("must be text, in quotes where it is a number").min(1, "must not be empty");
const listOf = (what: string, example: string) => {
  const message = `must be a list that names at least one ${what}, e.g. ${example}`;
  return z.array(word, message).min(1, message);
};
const isShort = (text: string): boolean => Buffer.byteLength(text) <= MAX_NAME_BYTES;
const entry = mapping("an entry", {
  exchange: word.refine(isShort, "must not be longer than 255 bytes, the broker's limit"),
  destinations: listOf("destination", "[treeherder]"),
  projects: listOf("project", "['mozilla-inbound._'] or ['#']"),
  accept_projects: listOf("pattern", "['try', 'mozilla-*']").optional(),
  deployments: listOf("deployment", "[staging]").optional(),
}).superRefine(({ destinations, projects }, context) => {
  for (const [index, project] of projects.entries()) {
    const long = destinations.find((destination) => !isShort(`${destination}.${project}`));
    if (long === undefined) continue;
    const message = `the routing key ${long.slice(0, 20)}.${project.slice(0, 20)}… is longer than 255 bytes, the broker's limit`;
    context.addIssue({ code: "custom", path: ["projects", index], message });
  }
});
const atLeastOne = "must list at least one exchange: with none the worker would have nothing to read";
const file = mapping("the registry", { exchanges: z.array(entry, atLeastOne).min(1, atLeastOne) });
type Entry = z.infer<typeof entry>;

/** The exchanges that an operator lists. */
export interface Registry {
  readonly exchanges: readonly string[];
  /** Every destination with every project of its entry, without doubles. */
  readonly bindings: readonly Binding[];
  /**
   * May messages of this exchange write to this project? Yes unless an entry of the exchange restricts it. One that is
   * not listed may write to what every listed one may.
   */
  readonly acceptsProject: (exchange: string, project: string) => boolean;
}

/** Reads the registry, as {@link parseRegistry} does. @throws Misuse also for a file that cannot be read. */
export async function readRegistry(path: string, deployment?: string): Promise<Registry> {
  return parseRegistry(path, await readText(path), deployment);
}

/**
 * The registry that a text holds.
 *
 * @param path - for the messages.
 * @param text - null: there is no such file.
 * @param deployment - entries that list `deployments` without it are passed by; undefined: all count.
 * @throws Misuse with all problems at once, each with file, line, entry and the mend.
 */
export function parseRegistry(path: string, text: string | null, deployment?: string): Registry {
  if (text === null) throw new Misuse([`${path}: there is no such file; name the registry by REGISTRY_FILE`]);
  const all = parseYaml(path, text, file).exchanges;
  const entries = all.filter(
    ({ deployments }) => deployment === undefined || (deployments?.includes(deployment) ?? true),
  );
  if (entries.length === 0) throw new Misuse([`${path}: no entry is for DEPLOYMENT=${deployment}`]);
  const bindings = new Map(entries.flatMap(bindingsOf).map((binding) => [JSON.stringify(binding), binding]));
  return {
    exchanges: [...new Set(entries.map(({ exchange }) => exchange))],
    bindings: [...bindings.values()],
    acceptsProject: acceptance(entries),
  };
}

function bindingsOf({ exchange, destinations, projects }: Entry): Binding[] {
  return projects.flatMap((project) =>
    destinations.map((destination) => ({ exchange, routing_key: `${destination}.${project}` })),
  );
}

function acceptance(entries: readonly Entry[]): Registry["acceptsProject"] {
  const patterns = new Map<string, string[] | null>();
  for (const { exchange, accept_projects } of entries) {
    const known = patterns.get(exchange);
    // An entry without patterns accepts all, whatever another entry of the same exchange says.
    patterns.set(
      exchange,
      known === null || accept_projects === undefined ? null : [...(known ?? []), ...accept_projects],
    );
  }
  const accepts = (accepted: readonly string[] | null, project: string): boolean =>
    accepted?.some((pattern) => matches(pattern, project)) ?? true;
  return (exchange, project) => {
    const own = patterns.get(exchange);
    if (own !== undefined) return accepts(own, project);
    // A publisher may bind another exchange to the one that is listed, and the broker then names that other one.
    return [...patterns.values()].every((accepted) => accepts(accepted, project));
  };
}

/** Does the pattern, in which `*` stands for any text, fit the whole name? Linear: no regular expression. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*");
  const [head = "", ...rest] = parts;
  const tail = rest.pop();
  if (tail === undefined) return pattern === name;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}
