import type { Settings } from "../../config/settings.ts";
import { errorCode } from "../../domain/error-code.ts";
import { version } from "../../version.ts";
import { type WorkerStatus, workerStatus } from "./worker-status.ts";

/** A worker's status, or why there is none. */
export type WorkerAnswer =
  | { readonly url: string; readonly status: WorkerStatus; readonly trouble: null }
  | { readonly url: string | null; readonly status: null; readonly trouble: string };

/** Returns where the worker with these settings serves its status, or why that is unknown. */
export function workerUrl({
  HTTP_HOST: host,
  HTTP_PORT: port,
}: Pick<Settings, "HTTP_HOST" | "HTTP_PORT">): { readonly url: string } | { readonly trouble: string } {
  if (port === "off")
    return { trouble: "HTTP_PORT is off, so the worker serves nothing; name another worker with --url" };
  if (port === 0) {
    return {
      trouble:
        "HTTP_PORT is 0, so the port is in the worker's log (http_listening); pass its address with --url",
    };
  }
  // `0.0.0.0` and `::` are listening addresses. Connect to loopback instead.
  const reachable = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return { url: `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}` };
}

/** A status is usually a few kilobytes long. With the largest registry that is allowed, it is about 25 MiB long. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** Longer than the worker waits for its store, so that it can report that the store does not answer. */
const ANSWER_MS = 8000;

/**
 * Asks a worker for its status. Never throws.
 *
 * @param named - the option or setting that the address comes from. Error messages point to it.
 */
export async function askWorker(url: string, named: string): Promise<WorkerAnswer> {
  const trouble = (text: string): WorkerAnswer => ({ url, status: null, trouble: text });
  try {
    const answer = await fetch(`${url.replace(/\/+$/, "")}/status`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.status === 403) {
      return trouble(
        `it refuses the name ${new URL(url).hostname} (HTTP 403): add the name to the worker's HTTP_ALLOWED_HOSTS, or use the IP address`,
      );
    }
    const status = workerStatus.safeParse(parsed(await shortText(answer)));
    if (status.success) return { url, status: status.data, trouble: null };
    return trouble(
      `the answer (HTTP ${answer.status}) is not from a worker of this version (${version}); see HTTP_HOST and HTTP_PORT, or ${named}`,
    );
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      return trouble(`no answer within ${ANSWER_MS / 1000} s`);
    }
    const { cause } = error instanceof Error ? error : {};
    const code = errorCode(cause);
    return trouble(
      code === "ECONNREFUSED"
        ? `nothing listens there. Is the worker running, and are these its HTTP_HOST and HTTP_PORT? See also ${named}`
        : `it cannot be reached (${code || (error instanceof Error ? error.message : String(error))}); see ${named}`,
    );
  }
}

/** Reads only the beginning of a very long answer, because a server that is not a worker may send data without end. */
async function shortText(answer: Response): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(pieces).toString();
}

/** Returns the parsed JSON, or null if the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
