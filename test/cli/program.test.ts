import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, jest } from "@jest/globals";
import { commands } from "../../src/cli/commands.ts";
import { aMessage } from "../examples.ts";
import { CliProcess, runCli } from "./run-cli.ts";

jest.setTimeout(180_000);

const nameOf = (usage: string): string[] => usage.replace(/ [<[].*$/, "").split(" ");

describe("the command line", () => {
  it("explains every command, with examples and documented options", async () => {
    const runs = commands.map(async (row) => ({
      row,
      run: await runCli([...nameOf(row.usage), "--help"], {}),
    }));
    for (const { row, run } of await Promise.all(runs)) {
      expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: "" });
      expect(run.stdout).toContain(`Usage: pulse-ingest ${nameOf(row.usage).join(" ")}`);
      for (const example of row.examples) {
        expect(run.stdout).toContain(`  $ ${example}\n`);
        expect(example).toContain(`pulse-ingest ${nameOf(row.usage).join(" ")}`);
      }
      for (const [flags] of row.options ?? []) expect(run.stdout).toContain(flags);
    }
  });

  it("names the commands of a group in the list of all commands and in the group's help", async () => {
    const [all, group] = await Promise.all([runCli(["--help"], {}), runCli(["logs", "--help"], {})]);
    expect(all.stdout).toMatch(/^ {2}logs +list, reparse$/m);
    expect(group.stdout).toMatch(/^Usage: pulse-ingest logs .*\n\nlist, reparse\n/);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no command", [], /^Usage: pulse-ingest /],
    [
      "a misspelt command",
      ["vaildate"],
      /^error: unknown command 'vaildate'\n\(Did you mean validate\?\)\n.*--help/,
    ],
    ["a group without its command", ["logs"], /^Usage: pulse-ingest logs /],
    [
      "an unknown option",
      ["validate", "--jsno", "f"],
      /^error: unknown option '--jsno'\n.*--json.*\n.*--help/,
    ],
    ["an argument that is missing", ["normalise"], /^error: missing required argument 'file'\n.*--help/],
    ["too many arguments", ["normalise", "a", "b"], /^error: too many arguments/],
  ])("says for %s what it expects", async (_case, args, words) => {
    const { code, stdout, stderr } = await runCli(args, {});
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(words);
  });

  it("lets no control character of a file, or of its name, reach the terminal", async () => {
    const folder = mkdtempSync(join(tmpdir(), "program-"));
    const [job, bugs] = [join(folder, "\u001b[2Jjob.json"), join(folder, "bugs.json")];
    writeFileSync(job, JSON.stringify(aMessage()));
    writeFileSync(bugs, "\u001b[2J");
    const runs = await Promise.all([
      runCli(["validate", job], {}),
      runCli(["normalise", `${job}x`], {}),
      runCli(["bugs", "import", bugs], { DATA_DIR: folder }),
    ]);
    for (const { stdout, stderr } of runs) {
      expect(stdout + stderr).toContain("\\u001b[2J");
      expect(stdout + stderr).not.toContain("\u001b");
    }
    rmSync(folder, { recursive: true });
  });

  it("ends silently when the reader of its output closes the pipe", async () => {
    const run = new CliProcess(["validate", "-"], {});
    run.child.stdout.destroy();
    run.child.stdin.end(JSON.stringify(Array.from({ length: 5000 }, () => aMessage())));
    expect(await run.end()).toMatchObject({ code: 1, stderr: "" });
  });
});
