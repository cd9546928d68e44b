import { clientErrorCode } from "./client-error-code.ts";
import { RefusedAddress } from "./guarded-connect.ts";
import { RESET } from "./hold-end.ts";
import { LogFetchError } from "./log-source.ts";

/** Returns the LogFetchError for an error from the HTTP client, the resolver or a socket. Other errors are returned unchanged. */
export function toFetchError(error: unknown, host: string): unknown {
  if (error instanceof LogFetchError) return error;
  if (error instanceof RefusedAddress)
    return new LogFetchError("refused-address", error.message, true, error);
  const code = clientErrorCode(error);
  if (code === null || ourMistakes.test(code)) return error;
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED") {
    return new LogFetchError("stopped", "the log source was closed", false, error);
  }
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT" || code === "ETIMEOUT") {
    return new LogFetchError("timeout", `no connection to ${host} in time (${code})`, false, error);
  }
  return new LogFetchError("network", `${host}: ${descriptions[code] ?? code}`, false, error);
}

// If the HTTP client or Node refuses a call, that is a bug of ours and not a network failure.
const ourMistakes = /^(UND_ERR_INVALID|ERR_INVALID|ERR_OUT_OF_RANGE|ERR_MISSING)/;

const descriptions: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  [RESET]: "connection reset",
  ENOTFOUND: "no such host name",
  ENODATA: "the host name has no address",
  ESERVFAIL: "the DNS server of the host name fails",
  EREFUSED: "the DNS server of the host name refuses to answer",
  EBADNAME: "this is not a valid host name",
  UND_ERR_SOCKET: "the connection broke",
  HTTP_PARSER: "the answer is not HTTP",
  UND_ERR_HEADERS_OVERFLOW: "the headers of the answer are too large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the body does not have the announced length",
};
