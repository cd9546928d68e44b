import { type ChannelModel, connect } from "amqplib";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { brokerAddress } from "./broker-address.ts";
import { readContentHeaders } from "./read-content-headers.ts";

export interface ConnectOptions {
  readonly url: string;
  /** The name under which the broker lists the connection. */
  readonly name: string;
  /** Time limit for connecting, in milliseconds; the default is 10 s. */
  readonly timeoutMs?: number;
  /**
   * The signal that destroys the socket. Abort it after `close`, because a broker that no longer responds never closes its
   * side, and the socket would keep the process alive.
   */
  readonly hangUp: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The driver gives up after two to three silent intervals: within 21 s. The address may set another interval. */
const HEARTBEAT_SECONDS = 7;

/**
 * Connects to the broker, with a heartbeat that detects a broker that no longer responds. No other file uses amqplib at run
 * time, so every connection reads content headers with `readContentHeaders`.
 *
 * @throws the driver's error; `brokerTrouble` explains it.
 */
export async function connectBroker(options: ConnectOptions): Promise<ChannelModel> {
  const { url, name, timeoutMs = CONNECT_TIMEOUT_MS, hangUp } = options;
  const { isTls, host, port, user, password, vhost, tuning } = brokerAddress(url);
  const address = {
    protocol: isTls ? "amqps" : "amqp",
    hostname: host,
    port,
    username: user,
    password,
    // The driver decodes escapes in the vhost, but not in user and password.
    vhost: encodeURIComponent(vhost),
    heartbeat: HEARTBEAT_SECONDS,
    ...tuning,
  };
  const socket = { timeout: timeoutMs, clientProperties: { connection_name: name }, signal: hangUp };
  const model = await connect(address, socket);
  try {
    readContentHeaders(model.connection);
  } catch (error) {
    await model.close();
    throw error;
  }
  return model;
}

/**
 * Resolves with the reason when a connection or channel ends. It also listens for `error` events, because an `error` event
 * without a listener would end the process.
 */
export function endOf(emitter: {
  on(event: string, listener: (error?: unknown) => void): unknown;
}): Promise<string> {
  return new Promise((resolve) => {
    emitter.on("error", (error) => resolve(blankUrls(String(error))));
    emitter.on("close", (error) => resolve(error === undefined ? "closed" : blankUrls(String(error))));
  });
}
