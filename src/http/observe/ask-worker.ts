import type { Settings } from "../../config/settings.ts";
import { errorCode } from "../../domain/error-code.ts";
import { version } from "../../version.ts";
import { type WorkerStatus, workerStatus } from "./worker-status.ts";

/** What a worker tells of itself, or why it does not. */
export type WorkerAnswer =
  | { readonly url: string; readonly status: WorkerStatus; readonly trouble: null }
  | { readonly url: string | null; readonly status: null; readonly trouble: string };

/** Where the worker of these settings serves its status; or why that cannot be said. */
export function workerUrl({
  HTTP_HOST: host,
  HTTP_PORT: port,
}: Pick<Settings, "HTTP_HOST" | "HTTP_PORT">): { readonly url: string } | { readonly trouble: string } {
  if (port === "off") return { trouble: "HTTP_PORT is off: it serves nothing; name another one by --url" };
  if (port === 0) {
    return { trouble: "HTTP_PORT is 0: its log says where it serves (http_listening); name it by --url" };
  }
  // An address that means all of a machine's is no address to connect to.
  const reachable = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return { url: `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}` };
}

/** A worker's status is some kilobytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** Longer than the worker waits for its store. */
const ANSWER_MS = 8000;

/** Asks a worker for its status. Never throws. */
export async function askWorker(url: string): Promise<WorkerAnswer> {
  const trouble = (text: string): WorkerAnswer => ({ url, status: null, trouble: text });
  try {
    const answer = await fetch(`${url.replace(/\/+$/, "")}/status`, {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (answer.status === 403) {
      return trouble(
        `it does not answer to the name ${new URL(url).hostname} (HTTP 403): add it to the worker's HTTP_ALLOWED_HOSTS, or give its IP address`,
      );
    }
    const status = workerStatus.safeParse(parsed(await shortText(answer)));
    if (status.success) return { url, status: status.data, trouble: null };
    return trouble(
      `what answers there (HTTP ${answer.status}) is no worker of this version (${version}); see HTTP_HOST and HTTP_PORT, or --url`,
    );
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      return trouble(`no answer within ${ANSWER_MS / 1000} s`);
    }
    const { cause } = error instanceof Error ? error : {};
    const code = errorCode(cause);
    return trouble(
      code === "ECONNREFUSED"
        ? "nobody listens there: does the worker run, and is that its HTTP_HOST and HTTP_PORT? See also --url"
        : `it cannot be reached (${code || (error instanceof Error ? error.message : String(error))}); see --url`,
    );
  }
}

/** The answer's beginning: what is no worker may never end. */
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

/** Null for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
