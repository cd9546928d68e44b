// `npm run quickstart`: the main job on a fresh machine, in one command.
import { spawn } from "node:child_process";
import { installAndBuild, projectFolder } from "./install.mjs";

installAndBuild();
const child = spawn(process.execPath, ["--import", "tsx", "quickstart/main.ts", ...process.argv.slice(2)], {
  cwd: projectFolder,
  stdio: "inherit",
});
// A Ctrl-C reaches the child by itself, and it cleans up; a SIGTERM is passed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
