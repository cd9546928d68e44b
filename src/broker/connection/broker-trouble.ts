import { errorCode } from "../../domain/error-code.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { brokerAddress, brokerUser } from "./broker-address.ts";

interface Trouble {
  /** Matches the driver's message or code. */
  readonly sign: RegExp;
  /** Says what it means, and what to do. */
  readonly meaning: (url: string) => string;
}

const host = (url: string): string => new URL(url).host;

/** What can go wrong when connecting. The driver's own words are hard to understand. */
const troubles: readonly Trouble[] = [
  {
    sign: /ECONNREFUSED/,
    meaning: (url) => `nobody listens at ${host(url)}: check that the broker runs, and that this is its port`,
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN/,
    meaning: (url) => `there is no host ${new URL(url).hostname}, or its name cannot be looked up now`,
  },
  {
    sign: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    meaning: (url) =>
      `${host(url)} does not answer as a broker: check the port, and that no firewall is in the way`,
  },
  {
    sign: /ACCESS.REFUSED/,
    meaning: (url) => `it refuses user ${brokerUser(url)} with this password`,
  },
  {
    // The driver says no more when the broker answers "connection.close" instead of "open-ok".
    sign: /Expected ConnectionOpenOk|NOT_ALLOWED/,
    meaning: (url) =>
      `it has no vhost ${brokerAddress(url).vhost}, or user ${brokerUser(url)} has no rights there; the address ends in the vhost, with %2F for /`,
  },
  {
    sign: /WRONG_VERSION_NUMBER|EPROTO/,
    meaning: (url) =>
      `${host(url)} does not speak TLS; an address without TLS begins with amqp:// and has no ssl=1`,
  },
  {
    sign: /CERT|SELF_SIGNED/,
    meaning: (url) =>
      `the certificate of ${host(url)} is not trusted; NODE_EXTRA_CA_CERTS names a file with its authority`,
  },
  {
    sign: /exceeds maxFrameSize|Socket closed|ECONNRESET|EPIPE|Invalid frame/,
    meaning: (url) =>
      `what listens at ${host(url)} is not an AMQP broker, or it expects TLS (amqps://, or ?ssl=1)`,
  },
];

/** Returns in one line why connecting failed and what to do next, without the password. */
export function brokerTrouble(error: unknown, url: string): string {
  const words = String(error)
    .replace(/^Error: /, "")
    .trim();
  const found = troubles.find(({ sign }) => sign.test(`${errorCode(error)} ${words}`));
  return `${found?.meaning(url) ?? blankUrls(words)}; see AMQP_URL`;
}

/** Returns why the broker refuses to look for an exchange or to bind it; null if the error is a different one. */
export function exchangeRefusal(error: unknown): string | null {
  const code = errorCode(error);
  if (code === "404")
    return "there is no such exchange (404): its publisher has not declared it, or the name is misspelt";
  if (code === "403") return "access is refused (403): this user may not read it";
  // E.g. a hash exchange takes only numbers.
  return code === "406" ? "it refuses these routing keys (406): it is not a topic exchange" : null;
}
