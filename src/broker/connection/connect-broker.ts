import { type ChannelModel, connect } from "amqplib";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { brokerAddress } from "./broker-address.ts";
import { readContentHeaders } from "./read-content-headers.ts";

export interface ConnectOptions {
  readonly url: string;
  /** The broker shows it beside the connection. */
  readonly name: string;
  /** How long connecting may take, in milliseconds; the default is 10 s. */
  readonly timeoutMs?: number;
  /**
   * Destroys the socket. Abort it after `close`: a broker that has fallen silent never closes its side, and the socket
   * would keep the process alive.
   */
  readonly hangUp: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The driver gives up after two to three silent intervals, so within 21 s. An address may name another interval. */
const HEARTBEAT_SECONDS = 7;

/**
 * Connects to the broker. A heartbeat notices a broker that has fallen silent. No other file uses amqplib at run time, so
 * that every connection reads content headers by `readContentHeaders`.
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
 * Resolves with the reason when a connection or channel ends. It also listens to `error` events, which would end the
 * process if nobody did.
 */
export function endOf(emitter: {
  on(event: string, listener: (error?: unknown) => void): unknown;
}): Promise<string> {
  return new Promise((resolve) => {
    emitter.on("error", (error) => resolve(blankUrls(String(error))));
    emitter.on("close", (error) => resolve(error === undefined ? "closed" : blankUrls(String(error))));
  });
}
