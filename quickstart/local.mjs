// `npm run local`: runs a worker on a laptop, from a fresh clone, with one command. Its queue is private and disappears with the
// worker. It stores into `data/`, unless the settings say otherwise.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { installAndBuild, projectFolder } from "./install.mjs";

installAndBuild();
const worker = spawn(process.execPath, [join(projectFolder, "dist", "main.js"), "start"], {
  cwd: projectFolder,
  stdio: "inherit",
  env: { LOCAL: "true", ...process.env },
});
// A terminal sends Ctrl-C to both processes. The worker counts two signals within half a second as one.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => worker.kill(signal));
worker.on("exit", (code) => process.exit(code ?? 1));
