import { errorCode } from "../../domain/error-code.ts";
import { blankUrls } from "../../domain/text/blank-url.ts";
import { brokerAddress, brokerUser } from "./broker-address.ts";

interface Trouble {
  /** Matches the driver's message or code. */
  readonly sign: RegExp;
  /** Explains the error, and says what to do. */
  readonly meaning: (url: string) => string;
}

/** Host and port. An address without a port means the usual one, which the reader may not know. */
const host = (url: string): string => `${new URL(url).hostname}:${brokerAddress(url).port}`;

/** Explanations of connection errors. The driver's own messages are hard to understand. */
const troubles: readonly Trouble[] = [
  {
    sign: /ECONNREFUSED/,
    meaning: (url) =>
      `nothing is listening at ${host(url)}: check that the broker is running, and that the port is right`,
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN/,
    meaning: (url) =>
      `the host name ${new URL(url).hostname} cannot be resolved: check its spelling, and the DNS`,
  },
  {
    sign: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/,
    meaning: (url) =>
      `${host(url)} does not answer: check the host and the port, and that no firewall is in the way`,
  },
  {
    sign: /ACCESS.REFUSED/,
    meaning: (url) => `it rejects user ${brokerUser(url)} with this password`,
  },
  {
    // This is all that the driver says when the broker answers "connection.close" instead of "open-ok".
    sign: /Expected ConnectionOpenOk|NOT_ALLOWED/,
    meaning: (url) =>
      `it has no vhost ${brokerAddress(url).vhost}, or user ${brokerUser(url)} has no access to it; the address ends in the vhost, with / written as %2F`,
  },
  {
    sign: /WRONG_VERSION_NUMBER|EPROTO/,
    meaning: (url) =>
      `${host(url)} does not speak TLS; for a connection without TLS, use amqp:// and leave out ssl=1`,
  },
  {
    sign: /CERT|SELF_SIGNED/,
    meaning: (url) =>
      `the certificate of ${host(url)} is not trusted; set NODE_EXTRA_CA_CERTS to a file with the certificate of its authority`,
  },
  {
    sign: /exceeds maxFrameSize|Socket closed|ECONNRESET|EPIPE|Invalid frame/,
    meaning: (url) =>
      `the server at ${host(url)} is not an AMQP broker, or it expects TLS (amqps://, or ?ssl=1)`,
  },
];

/** Explains in one line, without the password, why connecting failed and what to do next. */
export function brokerTrouble(error: unknown, url: string): string {
  const words = String(error)
    .replace(/^Error: /, "")
    .trim();
  const found = troubles.find(({ sign }) => sign.test(`${errorCode(error)} ${words}`));
  return `${found?.meaning(url) ?? blankUrls(words)}; see AMQP_URL`;
}

/** Returns why the broker refuses to check or to bind an exchange, or null for any other error. */
export function exchangeRefusal(error: unknown): string | null {
  const code = errorCode(error);
  if (code === "404")
    return "there is no such exchange (404): its publisher has not declared it, or the name is misspelt";
  if (code === "403") return "access is refused (403): this user may not read it";
  // For example, a consistent-hash exchange accepts only numbers.
  return code === "406" ? "it refuses these routing keys (406): it is not a topic exchange" : null;
}
