import { connect } from "amqplib";
import { brokerTrouble, exchangeRefusal } from "../broker/broker-trouble.ts";
import { Misuse } from "../domain/faults.ts";
import { brokerUrl, showSettings } from "../read-settings.ts";
import { settingNames } from "../settings.ts";
import { columns } from "./columns.ts";
import { exitCodes } from "./program.ts";
import { readConfiguration } from "./read-configuration.ts";

/**
 * `check`: registry and settings, and with `asksBroker` whether the broker lets us in and has the exchanges.
 * Exit code 1 if an exchange cannot be used or the broker cannot be reached.
 *
 * @throws Misuse with everything that is wrong with settings and registry.
 */
export async function check(env: NodeJS.ProcessEnv, asksBroker: boolean): Promise<number> {
  // Without the broker its address is not asked for.
  const names = asksBroker ? settingNames : settingNames.filter((name) => !name.startsWith("AMQP_URL"));
  const { settings, registry } = await readConfiguration(env, names);
  process.stdout.write(columns([["setting", "value", "from"], ...showSettings(env, settings)]));
  const rows = registry.bindings.map(({ exchange, routing_key }) => [exchange, routing_key]);
  process.stdout.write(`\n${columns([["exchange", "routing key"], ...rows])}`);
  process.stdout.write(
    `\n${settings.REGISTRY_FILE}: ${rows.length} bindings of ${registry.exchanges.length} exchanges\n`,
  );
  return asksBroker ? askBroker(await brokerUrl(settings), registry.exchanges) : exitCodes.ok;
}

async function askBroker(url: string, exchanges: readonly string[]): Promise<number> {
  const connection = await connect(url, { timeout: 10_000 }).catch((error: unknown) => {
    throw new Misuse([`the broker cannot be used: ${brokerTrouble(error, url)}`]);
  });
  let allThere = true;
  for (const exchange of exchanges) {
    const channel = await connection.createChannel();
    // The "no" comes as the rejection below; unheard it would end the process.
    channel.on("error", () => undefined);
    const answer = await channel.checkExchange(exchange).then(
      () => "is there",
      (error: unknown) => `cannot be used: ${exchangeRefusal(error) ?? String(error)}`,
    );
    allThere &&= answer === "is there";
    process.stdout.write(`${exchange} ${answer}\n`);
  }
  await connection.close();
  return allThere ? exitCodes.ok : exitCodes.failed;
}
