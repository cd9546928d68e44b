import { durableQueueName } from "../../broker/queue/declare-queue.ts";
import { lookAtBroker } from "../../broker/tools/look-at-broker.ts";
import { brokerUrl, databaseUrl, showSettings } from "../../config/read-settings.ts";
import type { Registry } from "../../config/registry.ts";
import { type Settings, settingNames } from "../../config/settings.ts";
import { pageWarnings } from "../../config/who-may-read.ts";
import { databaseNameWarning } from "../../domain/database-name.ts";
import { Misuse } from "../../domain/faults.ts";
import { counted } from "../../domain/text/counted.ts";
import { printable } from "../../domain/text/printable.ts";
import { type BindingChanges, bindingChanges } from "../../queries/binding-changes.ts";
import type { CommandOptions } from "../options/command-options.ts";
import { exitCodes } from "../options/exit-codes.ts";
import { readConfiguration } from "../options/read-configuration.ts";
import { isStoreThere, withStore } from "../options/with-store.ts";
import { columns } from "../output/columns.ts";
import { print, printJson } from "../output/print.ts";
import { renderPlan } from "../output/render-plan.ts";

/** The JSON object that `check --json` prints. */
interface CheckView {
  readonly registry: string;
  readonly bindings: Registry["bindings"];
  /** Things that work but are probably mistakes. */
  readonly warnings: readonly string[];
  /** Secrets are blanked. */
  readonly settings: readonly { readonly name: string; readonly value: string; readonly from: string }[];
  /** The exchanges at the broker, with `trouble` null if an exchange can be read. Null without `--connect`. */
  readonly exchanges: readonly { readonly exchange: string; readonly trouble: string | null }[] | null;
  /** Null without `--plan`. */
  readonly plan: BindingChanges | null;
}

const CONNECT_MS = 10_000;

/**
 * `check`: checks the registry and the settings. `--connect` also checks that the broker can be reached and has the exchanges.
 * `--plan` shows what a worker would bind and unbind. Exit code 1 if an exchange cannot be used, or if a worker would refuse to
 * remove so many bindings.
 *
 * @throws Misuse with all problems of the settings and the registry, or if the broker cannot be reached.
 */
export async function check(env: NodeJS.ProcessEnv, options: CommandOptions): Promise<number> {
  const asksBroker = options["connect"] === true;
  const asksPlan = options["plan"] === true;
  // Only these two options need a broker address: the queue's name contains the user. `readSettings` requires an address only if
  // it is asked for AMQP_URL and AMQP_URL_FILE together. If AMQP_URL_FILE is set, the file is always checked.
  const isNeeded = asksBroker || asksPlan || Boolean(env["AMQP_URL_FILE"]);
  const names = isNeeded ? settingNames : settingNames.filter((name) => name !== "AMQP_URL_FILE");
  const { settings, registry } = await readConfiguration(env, names);
  const view: CheckView = {
    registry: settings.REGISTRY_FILE,
    bindings: registry.bindings,
    warnings: [...registry.warnings, ...(await databaseWarnings(settings)), ...pageWarnings(settings)],
    settings: showSettings(env, settings).map(([name = "", value = "", from = ""]) => ({
      name,
      value,
      from,
    })),
    exchanges: asksBroker ? await askBroker(settings, registry) : null,
    plan: asksPlan ? await changesOf(settings, registry) : null,
  };
  await (options["json"] === true ? printJson(view) : print(render(view, registry)));
  const isRefused = view.exchanges?.some(({ trouble }) => trouble !== null) || view.plan?.refused === true;
  return isRefused ? exitCodes.failed : exitCodes.ok;
}

async function changesOf(settings: Settings, registry: Registry): Promise<BindingChanges> {
  const queue = durableQueueName(await brokerUrl(settings), settings.QUEUE_NAME);
  const ledger = (await isStoreThere(settings))
    ? await withStore(settings, "refuse", async (store) => ({
        name: store.name,
        known: await store.readBindings(queue),
      }))
    : null;
  const options = { worker: null, nowMs: Date.now(), force: settings.PRUNE_FORCE };
  return bindingChanges(queue, registry.bindings, ledger, options);
}

async function databaseWarnings(settings: Settings): Promise<string[]> {
  const address = await databaseUrl(settings);
  const warning = address === null ? null : databaseNameWarning(address);
  return warning === null ? [] : [`MONGODB_URL: ${warning}`];
}

async function askBroker(settings: Settings, { exchanges }: Registry) {
  const url = await brokerUrl(settings);
  const queue = durableQueueName(url, settings.QUEUE_NAME);
  const look = await lookAtBroker({ url, queue, exchanges, limitMs: CONNECT_MS });
  if (look.trouble !== null) throw new Misuse([`the broker cannot be used: ${look.trouble}`]);
  return look.exchanges;
}

function render(
  { registry: file, bindings, warnings, settings, exchanges, plan }: CheckView,
  registry: Registry,
): string {
  const rows = bindings.map(({ exchange, routing_key }) => [exchange, routing_key]);
  const sum = `${file}: ${counted(bindings.length, "binding")} of ${counted(registry.exchanges.length, "exchange")}\n`;
  const answers = (exchanges ?? []).map(({ exchange, trouble }) => [
    exchange,
    trouble === null ? "can be used" : `cannot be used: ${trouble}`,
  ]);
  return [
    columns([["setting", "value", "from"], ...settings.map(({ name, value, from }) => [name, value, from])]),
    columns([["exchange", "routing key"], ...rows]),
    sum,
    ...(warnings.length > 0 ? [warnings.map((warning) => `warning: ${printable(warning)}\n`).join("")] : []),
    ...(answers.length > 0 ? [columns(answers)] : []),
    ...(plan === null ? [] : [renderPlan(plan)]),
  ].join("\n");
}
