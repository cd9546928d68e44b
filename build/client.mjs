// `node build/client.mjs`: compiles the client library into `client/dist`.
// Plain JavaScript: the build runs it before anything is compiled.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { replaceFiles } from "./replace-files.mjs";

const client = fileURLToPath(new URL("../client", import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

await replaceFiles(join(client, "dist"), (folder) => {
  const { status } = spawnSync(process.execPath, [tsc, "-p", client, "--outDir", folder], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the client library cannot be compiled: see above");
});
