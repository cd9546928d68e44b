/**
 * jest's globalSetup. It makes one temporary folder for all files of a test run, which is removed at the end of the run
 * even if it crashes. One RabbitMQ and one MongoDB-protocol server are started for the run when a test first needs them.
 *
 * Test files run in several processes, so shared servers must belong to a process that outlives them all, which is
 * jest's own. It listens on a loopback port, which test processes find in PULSE_TEST_SERVERS, and starts a server when
 * `sharedRabbitmq` or `sharedMongodb` (shared-servers.ts) asks for it. A run that needs no server starts none, so no
 * option is needed. This file is plain JavaScript because jest loads it without its transformer.
 */
import { chmod } from "node:fs/promises";
import { createServer } from "node:http";
import { tsImport } from "tsx/esm/api";

export default async function globalSetup() {
  const { openRunFolder } = await tsImport("./run-folder.ts", import.meta.url);
  const folder = await openRunFolder("tests");
  // The same mode as that of the system's temporary folder, because servers run as other users.
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
