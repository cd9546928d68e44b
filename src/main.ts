#!/usr/bin/env node
import { runCommand } from "./cli/commands.ts";
import { exitCodes } from "./cli/program.ts";

for (const output of [process.stdout, process.stderr]) {
  output.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read it has seen enough (`| head`): there is nobody left to say anything to.
    if (error.code === "EPIPE") process.exit(exitCodes.failed);
    throw error;
  });
}

// Set, not called with exit(): what is still on its way to a pipe gets there first.
process.exitCode = await runCommand(process.argv.slice(2));
