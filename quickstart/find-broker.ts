import { connectBroker } from "../src/broker/connection/connect-broker.ts";
import { blankUrls } from "../src/domain/text/blank-url.ts";
import { startRabbitmq } from "../test/servers/rabbitmq.ts";

/** A broker for the quickstart. `stop` ends it if it was started here. */
export interface QuickstartBroker {
  readonly url: string;
  /** Where the broker was found, for output. */
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

const LOCAL_URL = "amqp://guest:guest@localhost:5672";

/**
 * Finds a broker: the one that AMQP_URL names if that is a loopback address, otherwise a broker on localhost:5672 that accepts
 * the connection, otherwise a private node. A broker on another machine is never used, because sample messages do not belong
 * there.
 *
 * @param say - prints a line before a step that takes long.
 * @throws ServerMissing if there is no broker. The message says what to do.
 */
export async function findBroker(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<QuickstartBroker> {
  const given = env["AMQP_URL"];
  if (given && isLoopback(given)) {
    if (await accepts(given)) return { url: given, origin: "AMQP_URL", stop: leave };
    say(`AMQP_URL (${blankUrls(given)}) does not accept the connection; trying other brokers.`);
  } else if (given) {
    say("AMQP_URL is not an address of this machine, so the quickstart does not use it.");
  }
  if (await accepts(LOCAL_URL))
    return { url: LOCAL_URL, origin: "the broker on localhost:5672", stop: leave };
  say("Starting a private RabbitMQ node (if RabbitMQ is missing, it is installed first) ...");
  const node = await startRabbitmq({ series: "any" });
  return { url: node.url, origin: `a private node, ${node.name}`, stop: () => node.stop() };
}

async function leave(): Promise<void> {
  // A broker that was not started here is not stopped here.
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

async function accepts(url: string): Promise<boolean> {
  const hangUp = new AbortController();
  try {
    const connection = await connectBroker({
      url,
      name: "quickstart",
      timeoutMs: 1000,
      hangUp: hangUp.signal,
    });
    await connection.close();
    return true;
  } catch {
    // There is no broker, or it refuses the connection. The caller tries the next one.
    return false;
  } finally {
    hangUp.abort();
  }
}
