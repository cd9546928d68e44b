import { publishMessages } from "../broker/publish-job.ts";
import { Misuse } from "../domain/faults.ts";
import { brokerUrl, readSettings } from "../read-settings.ts";
import { loadSchemas } from "../validate/validate-job.ts";
import { errorsIn, messagesOf, readInput } from "./messages.ts";
import { exitCodes } from "./program.ts";

export interface PublishOptions {
  readonly exchange: string;
  readonly routingKey: string;
  readonly validates: boolean;
}

const CONFIRM_TIMEOUT_MS = 30_000;

/**
 * `publish`: one message, or each of an array, to an exchange. Exit code 0 when the broker has taken all of them
 * and somebody's queue is bound; 1 when one is invalid (nothing is published then), 3 unroutable or not confirmed.
 */
export async function publish(
  env: NodeJS.ProcessEnv,
  file: string,
  options: PublishOptions,
): Promise<number> {
  const settings = readSettings(env, ["AMQP_URL", "AMQP_URL_FILE"]);
  const body = await readInput(file);
  const invalid = options.validates ? errorsIn(body, loadSchemas()).flat() : [];
  for (const { pointer, message } of invalid)
    process.stderr.write(`invalid: ${pointer || file}: ${message}\n`);
  if (invalid.length > 0) {
    process.stderr.write("Nothing was published. Mend it, or publish it as it is with --no-validate.\n");
    return exitCodes.failed;
  }
  const messages = messagesOf(body);
  const bodies = messages.ok ? messages.value.map((message) => Buffer.from(JSON.stringify(message))) : [body];
  const { exchange, routingKey } = options;
  const url = await brokerUrl(settings);
  const end = await publishMessages({
    url,
    exchange,
    routingKey,
    bodies,
    timeoutMs: CONFIRM_TIMEOUT_MS,
  }).catch((error: unknown) => {
    if (error instanceof Misuse) throw error;
    throw new Misuse([
      `the broker cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  });
  if (end === "confirmed") {
    process.stdout.write(`Published ${bodies.length} to ${exchange} with routing key ${routingKey}\n`);
    return exitCodes.ok;
  }
  process.stderr.write(
    end === "unroutable"
      ? `error: unroutable: no queue is bound to ${exchange} for ${routingKey}, so nobody would read it; is the key <destination>.<project>?\n`
      : "error: the broker did not confirm in time; it may be blocked (out of memory or disk)\n",
  );
  return exitCodes.timeout;
}
