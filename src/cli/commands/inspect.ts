import { existsSync } from "node:fs";
import { tailExchanges } from "../../broker/tools/tail-exchanges.ts";
import { matches } from "../../config/pattern-index.ts";
import { brokerUrl, readSettings } from "../../config/read-settings.ts";
import { type Registry, readRegistry } from "../../config/registry.ts";
import { wildcardProblem } from "../../config/registry-words.ts";
import type { Binding } from "../../domain/binding.ts";
import type { Delivery } from "../../domain/delivery.ts";
import { Misuse } from "../../domain/faults.ts";
import { counted } from "../../domain/text/counted.ts";
import { readDelivery } from "../../judge/judge-delivery.ts";
import { judgeLimitNames, judgeLimits } from "../../judge/judge-limits.ts";
import type { JobVerdict } from "../../judge/verdict.ts";
import { type Seen, seenOf } from "../../queries/seen-message.ts";
import { loadSchemas } from "../../validate/validate-job.ts";
import { brokerName } from "../options/broker-name.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { stopOnSignal } from "../options/stop-on-signal.ts";
import { print, printJson, tell } from "../output/print.ts";
import { renderSeen } from "../output/render-seen.ts";

const kinds: readonly JobVerdict["kind"][] = ["accepted", "skipped", "rejected"];

/**
 * `inspect`: shows live the job messages of one exchange or of the whole registry, each with its verdict. It stores
 * nothing, and takes no message from other queues. It ends on Ctrl-C, or after `--count` messages.
 *
 * @throws Misuse if the broker or the exchange cannot be read.
 */
export async function inspect(
  env: NodeJS.ProcessEnv,
  exchange: string | undefined,
  options: CommandOptions,
): Promise<number> {
  const names = ["AMQP_URL", "AMQP_URL_FILE", "REGISTRY_FILE", "DEPLOYMENT", ...judgeLimitNames] as const;
  const settings = readSettings(env, names);
  const filter = readFilter(options);
  const count = readCount(options["count"]);
  // Publishers have no registry. If an exchange is given, a registry is used only for `accept_projects`.
  const hasRegistry = existsSync(settings.REGISTRY_FILE);
  const registry = hasRegistry ? await readRegistry(settings.REGISTRY_FILE, settings.DEPLOYMENT) : null;
  const bindings = bindingsOf(exchange, options["routingKey"], registry);
  if (bindings.length === 0) {
    throw new Misuse([
      `there is no registry ${settings.REGISTRY_FILE}: name an exchange, or set REGISTRY_FILE`,
    ]);
  }
  const judgeOptions = {
    schemas: loadSchemas(),
    ...judgeLimits(settings),
    tiers: new Map(),
    acceptsProject: registry?.acceptsProject ?? (() => true),
  };
  const stop = stopOnSignal();
  const total = { shown: 0, accepted: 0, skipped: 0, rejected: 0 };

  async function onDelivery(delivery: Delivery): Promise<void> {
    const { jobs, verdictOf } = readDelivery(delivery, judgeOptions);
    for (let index = 0; index < jobs; index++) {
      if (stop.signal.aborted) return;
      const verdict = verdictOf(index);
      total[verdict.kind]++;
      const seen = seenOf(delivery, index, verdict);
      if (!filter(seen)) continue;
      total.shown++;
      await (options["json"] === true ? printJson(seen) : print(renderSeen(seen)));
      if (total.shown === count) stop.abort();
    }
  }

  await tailExchanges({
    url: await brokerUrl(settings),
    bindings,
    maxBodyBytes: settings.MAX_BODY_BYTES,
    stop: stop.signal,
    onRefused: (name, reason) => tell(`${name} is left out: ${reason}`),
    onOpen: () => tell(`Reading ${placesOf(bindings)}; nothing is stored. Press Ctrl-C to stop.`),
    onDelivery,
  });
  const { shown, ...verdicts } = total;
  const found = kinds.map((kind) => `${verdicts[kind]} ${kind}`).join(", ");
  tell(`${found}; ${shown} shown`);
  return exitCodes.ok;
}

/**
 * Returns bindings to one exchange, or all bindings of the registry. A given routing key replaces the routing keys in both cases.
 */
function bindingsOf(
  exchange: string | undefined,
  routingKey: CommandOptions[string],
  registry: Registry | null,
): readonly Binding[] {
  const key = routingKey === undefined ? null : brokerName(routingKey, "--routing-key");
  const problem = key === null ? null : wildcardProblem(key);
  if (problem !== null) throw new Misuse([`--routing-key: ${problem}`]);
  if (exchange !== undefined) {
    return [{ exchange: brokerName(exchange, "the exchange"), routing_key: key ?? "#" }];
  }
  if (registry === null) return [];
  if (key === null) return registry.bindings;
  return registry.exchanges.map((name) => ({ exchange: name, routing_key: key }));
}

function placesOf(bindings: readonly Binding[]): string {
  const [first] = bindings;
  if (first !== undefined && bindings.length === 1) return `${first.exchange} (${first.routing_key})`;
  const exchanges = new Set(bindings.map(({ exchange }) => exchange));
  return `${counted(bindings.length, "binding")} of ${counted(exchanges.size, "exchange")}`;
}

function readFilter({ only, project }: CommandOptions): (seen: Seen) => boolean {
  if (typeof only === "string" && !kinds.some((kind) => kind === only)) {
    throw new Misuse([`--only must be one of ${kinds.join(", ")}; it is ${only}`]);
  }
  return (seen) =>
    (only === undefined || seen.verdict === only) &&
    (typeof project !== "string" || (seen.project !== null && matches(project, seen.project)));
}

/** Reads `--count`; null: no limit. */
function readCount(value: CommandOptions[string]): number | null {
  if (value === undefined) return null;
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Misuse([`--count must be a whole number, at least 1; it is ${value}`]);
  return count;
}
