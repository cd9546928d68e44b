// `npm run quickstart`: the main job on a fresh machine, in one command.
import { spawn } from "node:child_process";
import { installAndBuild, projectFolder } from "./install.mjs";

installAndBuild();
const child = spawn(process.execPath, ["--import", "tsx", "quickstart/main.ts", ...process.argv.slice(2)], {
  cwd: projectFolder,
  stdio: "inherit",
});
process.on("SIGINT", () => {
  // The terminal sends it to the child too, which cleans up: nothing to do but wait for its end.
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
