/** Why a log could not be fetched. */
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
    /** Its server has as many connections as it may have: nothing was tried, so this is no failed attempt. */
    | "server-busy"
    | "stopped";
  /** True: the same URL would fail in the same way again, so it is not tried again. */
  readonly final: boolean;
  /** For people; never with a password, a query (it may hold a signature) or an address of the inside in it. */
  readonly detail: string;
}

/** Thrown by a {@link LogSource}, when it is opened and while it is read. */
export class LogFetchError extends Error {
  readonly failure: LogFetchFailure;

  constructor(kind: LogFetchFailure["kind"], detail: string, final: boolean, cause?: unknown) {
    super(detail, { cause });
    this.name = "LogFetchError";
    this.failure = { kind, final, detail };
  }
}

/** A log as it is transferred. */
export interface TransferredLog {
  /** The value of the header `Content-Encoding`: a stranger's claim. Empty if there is none. */
  readonly contentEncoding: string;
  /** The bytes as they arrive, to be read once; nothing is decoded. Leaving the loop early ends the transfer. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Port: where the bytes of a log come from. */
export interface LogSource {
  /**
   * Opens the log at a stranger's URL.
   *
   * @param stop - ends the fetch at any point, with failure `stopped`.
   * @throws LogFetchError from here, or while the bytes are read, when the transfer breaks or exceeds a limit.
   */
  open(url: string, stop?: AbortSignal): Promise<TransferredLog>;
  /** Ends all transfers and closes their connections. */
  close(): Promise<void>;
}
