#!/usr/bin/env node
import { endWithOutput } from "./cli/broken-output.ts";
import { runCommand } from "./cli/commands.ts";

for (const output of [process.stdout, process.stderr]) output.on("error", endWithOutput);

// Set, not called with exit(): what is still on its way to a pipe gets there first.
process.exitCode = await runCommand(process.argv.slice(2));
