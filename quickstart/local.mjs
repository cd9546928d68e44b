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
process.on("SIGINT", () => {
  // The terminal sends it to the worker too, which ends by itself: nothing to do but wait for that.
});
process.on("SIGTERM", () => worker.kill("SIGTERM"));
worker.on("exit", (code) => process.exit(code ?? 1));
