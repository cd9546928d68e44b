/** The reason why a log could not be fetched. */
export interface LogFetchFailure {
  readonly kind:
    | "invalid-url"
    | "refused-scheme"
    | "refused-host"
    | "refused-port"
    | "refused-address"
    | "http-status"
    | "too-large"
    | "too-many-redirects"
    | "timeout"
    | "network"
    /** The server already has as many connections as are allowed. Nothing was tried, so this is not a failed attempt. */
    | "server-busy"
    | "stopped";
  /** True if the same URL would fail in the same way again. It is then not retried. */
  readonly final: boolean;
  /** Text for people, without passwords, queries (which may contain a signature) and internal addresses. */
  readonly detail: string;
}

/** Thrown by a {@link LogSource} when a log is opened and while it is read. */
export class LogFetchError extends Error {
  readonly failure: LogFetchFailure;

  constructor(kind: LogFetchFailure["kind"], detail: string, final: boolean, cause?: unknown) {
    super(detail, { cause });
    this.name = "LogFetchError";
    this.failure = { kind, final, detail };
  }
}

/** A log in transfer. */
export interface TransferredLog {
  /** The header `Content-Encoding`, which may be wrong; empty if there is none. */
  readonly contentEncoding: string;
  /** The bytes as they arrive, not decoded. They can be read once. Leaving the loop early ends the transfer. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Port: fetches the bytes of logs. */
export interface LogSource {
  /**
   * Opens the log at a stranger's URL.
   *
   * @param stop - ends the fetch at any point, with failure `stopped`.
   * @throws LogFetchError here, or while the bytes are read, if the transfer breaks or exceeds a limit.
   */
  open(url: string, stop?: AbortSignal): Promise<TransferredLog>;
  /** Ends all transfers and closes their connections. */
  close(): Promise<void>;
}
