import { type ChannelModel, connect } from "amqplib";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { brokerAddress } from "./broker-address.ts";
import { readContentHeaders } from "./read-content-headers.ts";

export interface ConnectOptions {
  readonly url: string;
  /** Shown by the broker beside the connection. */
  readonly name: string;
  /** How long the broker may take until it lets us in, in milliseconds; 10 s unless given. */
  readonly timeoutMs?: number;
  /**
   * Ends the connection at once, and without a word. To be aborted by whoever is done with it, after `close`: a broker
   * that has fallen silent never closes its side, and the socket would keep the process from ending.
   */
  readonly hangUp: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 10_000;
/**
 * The driver gives up after two to three intervals without a word: within 21 s. An address that names its own interval
 * keeps that.
 */
const HEARTBEAT_SECONDS = 7;

/**
 * Connects, with a heartbeat by which a broker that has fallen silent is noticed. No other file uses amqplib at run time, so
 * that every connection reads deliveries in our way.
 *
 * @throws the driver's error; `brokerTrouble` says what it means.
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
    // The driver undoes escapes here, unlike in user and password.
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

/** Resolves when a connection or channel ends, with the reason; its "error" is heard, so that it ends no process. */
export function endOf(emitter: {
  on(event: string, listener: (error?: unknown) => void): unknown;
}): Promise<string> {
  return new Promise((resolve) => {
    emitter.on("error", (error) => resolve(blankUrls(String(error))));
    emitter.on("close", (error) => resolve(error === undefined ? "closed" : blankUrls(String(error))));
  });
}
