// `npm run local`: the worker on a laptop, from a fresh clone, in one command. Its queue is private and goes away
// with it; what it stores lies in `data/`, unless the settings say otherwise.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { installAndBuild, projectFolder } from "./install.mjs";

installAndBuild();
const worker = spawn(process.execPath, [join(projectFolder, "dist", "main.js"), "start"], {
  cwd: projectFolder,
  stdio: "inherit",
  env: { LOCAL: "true", ...process.env },
});
// Also what a terminal sends to both: within half a second it counts once.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => worker.kill(signal));
worker.on("exit", (code) => process.exit(code ?? 1));
