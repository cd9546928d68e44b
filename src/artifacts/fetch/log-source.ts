/** Why a log could not be fetched. */
export interface LogFetchFailure {
  readonly kind:
    | "invalid-url"
    | "refused-scheme"
    | "refused-host"
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

/** Port: where the bytes of a log come from. */
export interface LogSource {
  /**
   * Opens the log at a stranger's URL. The bytes are those that were transferred: nothing is decoded.
   *
   * @param stop - ends the fetch at any point, with failure `stopped`.
   * @returns the bytes, to be read once, as they arrive. Leaving the loop early ends the transfer.
   * @throws LogFetchError from here, or from the loop when the transfer breaks or passes a limit.
   */
  open(url: string, stop?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Ends what is open and lets go of kept connections. */
  close(): Promise<void>;
}
