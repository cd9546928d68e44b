/**
 * A server that a test wants cannot be had on this machine. Anything else that goes wrong while a server is
 * made or started is an ordinary error: a bug here, or a machine in trouble.
 */
export class ServerMissing extends Error {
  override readonly name = "ServerMissing";
  readonly server: string;
  readonly why: string;
  readonly mend: string;

  /**
   * @param server - what is missing, as a reader would call it: "RabbitMQ 4".
   * @param why - what was tried and found wanting, without a full stop.
   * @param mend - what the reader can do about it, as a command where there is one.
   */
  constructor(server: string, why: string, mend: string) {
    super(`${server} is not to be had: ${why}. To get it: ${mend}.`);
    this.server = server;
    this.why = why;
    this.mend = mend;
  }
}

/** The error's own words, for a sentence that goes on. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
