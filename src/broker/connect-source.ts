import { type ChannelModel, connect } from "amqplib";
import { blankUrls } from "../domain/blank-url.ts";
import { Unavailable } from "../domain/faults.ts";
import { brokerTrouble } from "./broker-trouble.ts";

const CONNECT_TIMEOUT_MS = 10_000;
/** The driver gives up after two to three intervals without a word: within 21 s. */
const HEARTBEAT_SECONDS = 7;

/**
 * Connects as a worker does.
 *
 * @param hangUp - ends the connection at once, and without a word.
 * @throws Unavailable with what keeps the broker from being used, and what to do.
 */
export async function connectSource(url: string, hangUp: AbortSignal): Promise<ChannelModel> {
  const socketOptions = {
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: "pulse-ingest" },
    signal: hangUp,
  };
  return connect(withHeartbeat(url), socketOptions).catch((error: unknown) => {
    throw new Unavailable("broker", brokerTrouble(error, url), error);
  });
}

/** An address that names its own interval keeps it. */
function withHeartbeat(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has("heartbeat"))
    address.searchParams.set("heartbeat", String(HEARTBEAT_SECONDS));
  return address.href;
}

/** Resolves when a connection or channel ends, with the reason; its "error" is heard, so that it ends no process. */
export function endOf(emitter: {
  on(event: string, listener: (error?: unknown) => void): unknown;
}): Promise<string> {
  return new Promise((resolve) => {
    emitter.on("error", (error) => resolve(blankUrls(String(error))));
    emitter.on("close", (error) => resolve(error === undefined ? "closed" : blankUrls(String(error))));
  });
}
