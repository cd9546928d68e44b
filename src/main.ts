#!/usr/bin/env node
import { runCommand } from "./cli/commands.ts";
import { endWithOutput } from "./cli/output/broken-output.ts";

for (const output of [process.stdout, process.stderr]) output.on("error", endWithOutput);

// `process.exit()` is not called, because it would lose output to a pipe that is still being written.
process.exitCode = await runCommand(process.argv.slice(2));
