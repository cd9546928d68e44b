import { ServerMissing } from "../../servers/server-missing.ts";
import { broker, mongodb } from "../servers.ts";
import type { ContenderName } from "./contender.ts";
import { contenders } from "./contenders.ts";

/** Contenders whose servers this machine does not have. */
export interface Unavailable {
  readonly names: ReadonlySet<ContenderName>;
  /** The reasons, as text. */
  readonly reasons: readonly string[];
}

/** Starts the servers that these contenders need, so that no start-up time falls into the first drain. */
export async function startServersFor(names: readonly ContenderName[]): Promise<Unavailable> {
  const few = names.filter((name) => contenders[name].drains === "few");
  const missing = new Set<ContenderName>();
  const reasons: string[] = [];
  for (const [start, needing] of [
    [broker, names],
    [mongodb, few],
  ] as const) {
    if (needing.every((name) => missing.has(name))) continue;
    try {
      await start();
    } catch (error) {
      if (!(error instanceof ServerMissing)) throw error;
      reasons.push(error.message);
      for (const name of needing) missing.add(name);
    }
  }
  return { names: missing, reasons };
}
