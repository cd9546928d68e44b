import { describe } from "@jest/globals";
import { ServerMissing } from "./server-missing.ts";

/** A server for a part of the tests, or the fact that there is none. */
export type Wanted<Server> = {
  /** jest's `describe`, or `describe.skip` where the server is missing. */
  readonly describe: typeof describe | typeof describe.skip;
  /** For titles: the server's own name, or what is missing. */
  readonly name: string;
  /** The server. For use within the described tests, which do not run without it. */
  server(): Server;
};

/**
 * Finds or starts a server, at the top of a test file. Where it cannot be had, the tests that are described with the
 * result's `describe` are left out, and one loud line names what is missing and how to get it.
 *
 *     const mongodb = await serverOrSkip(sharedMongodb);
 *     mongodb.describe(`the store on ${mongodb.name}`, () => { ... mongodb.server().url ... });
 *
 * @param find - such as `sharedRabbitmq` or `() => startRabbitmq({ series: "3" })`.
 * @throws what `find` threw, when `REQUIRE_SERVERS=1` or when it is more than a server that is not to be had.
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
