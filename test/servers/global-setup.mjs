/**
 * jest's globalSetup: one folder for all that the tests of a run make in the system's temporary one, gone with the run
 * however that or a test ends; and one RabbitMQ and one MongoDB-protocol server for it, started when a test first asks.
 *
 * Test files run in several processes, so that what they share must belong to the one process that outlives them all:
 * jest's own. It listens on a loopback port, which the workers find in PULSE_TEST_SERVERS, and starts a server when
 * `sharedRabbitmq` or `sharedMongodb` (shared-servers.ts) asks for it. A run that asks for none starts none and costs
 * nothing, so there is no switch to remember. Plain JavaScript because jest loads it without its transformer.
 */
import { chmod } from "node:fs/promises";
import { createServer } from "node:http";
import { tsImport } from "tsx/esm/api";

export default async function globalSetup() {
  const { openRunFolder } = await tsImport("./run-folder.ts", import.meta.url);
  const folder = await openRunFolder("tests");
  // As the system's own: servers run as other users.
  await chmod(folder.path, 0o1777);
  process.env.TMPDIR = folder.path;
  let keeper;
  const door = createServer(async (request, response) => {
    keeper ??= tsImport("./keeper.ts", import.meta.url);
    const { answer } = await keeper;
    response.setHeader("content-type", "application/json").end(JSON.stringify(await answer(request.url)));
  });
  await new Promise((resolve) => door.listen(0, "127.0.0.1", resolve));
  door.unref();
  process.env.PULSE_TEST_SERVERS = `http://127.0.0.1:${door.address().port}`;
  globalThis.endPulseTestServers = async () => {
    door.close();
    if (keeper !== undefined) await (await keeper).endAll();
    await folder.remove();
  };
}
