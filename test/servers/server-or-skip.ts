import { describe } from "@jest/globals";
import { ServerMissing } from "./server-missing.ts";

/** A server for some of the tests, or the information that there is none. */
export type Wanted<Server> = {
  /** jest's `describe`, or `describe.skip` if the server is missing. */
  readonly describe: typeof describe | typeof describe.skip;
  /** The server's name, or what is missing; for titles. */
  readonly name: string;
  /** Returns the server. May be called only within the described tests, which do not run without a server. */
  server(): Server;
};

/**
 * Finds or starts a server, at the top of a test file. If that is not possible, the tests that are described with the
 * result's `describe` are skipped, and a warning says what is missing and how to get it.
 *
 *     const mongodb = await serverOrSkip(sharedMongodb);
 *     mongodb.describe(`the store on ${mongodb.name}`, () => { ... mongodb.server().url ... });
 *
 * @param find - such as `sharedRabbitmq` or `() => startRabbitmq({ series: "3" })`.
 * @throws errors of `find`; a ServerMissing only with `REQUIRE_SERVERS=1`.
 */
export async function serverOrSkip<Server extends { name: string }>(
  find: () => Promise<Server>,
): Promise<Wanted<Server>> {
  try {
    const server = await find();
    return { describe, name: server.name, server: () => server };
  } catch (error) {
    if (!(error instanceof ServerMissing) || process.env["REQUIRE_SERVERS"] === "1") throw error;
    process.stderr.write(`\n*** TESTS LEFT OUT *** ${error.message}\n\n`);
    return {
      describe: describe.skip,
      name: `${error.server} (missing)`,
      server: () => {
        throw error;
      },
    };
  }
}
