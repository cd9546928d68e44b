/**
 * Thrown if a server that a test needs is not available on this machine. Any other failure while a server is
 * made or started is an ordinary error: a bug here, or a problem of the machine.
 */
export class ServerMissing extends Error {
  override readonly name = "ServerMissing";
  readonly server: string;
  readonly why: string;
  readonly fix: string;

  /**
   * @param server - the name of what is missing: "RabbitMQ 4".
   * @param why - what was tried and why it failed, without a full stop.
   * @param fix - what the reader can do about it; a command if there is one.
   */
  constructor(server: string, why: string, fix: string) {
    super(`${server} is not available: ${why}. To get it: ${fix}.`);
    this.server = server;
    this.why = why;
    this.fix = fix;
  }
}

/** Returns the message of an error, to be used within a sentence. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
