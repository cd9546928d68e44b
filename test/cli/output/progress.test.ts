import { describe, expect, it } from "@jest/globals";
import { createProgress } from "../../../src/cli/output/progress.ts";

function aStream(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string | Uint8Array) => written.push(String(text)) > 0 };
}

describe("progress", () => {
  it("overwrites its line on a terminal, and clears it at the end", () => {
    const terminal = aStream(true);
    const progress = createProgress(terminal);
    progress.show("1 read");
    progress.show("2 read");
    progress.end();
    expect(terminal.written).toEqual(["\r\u001b[K1 read", "\r\u001b[K2 read", "\r\u001b[K"]);
  });

  it("is not written to a file or a pipe", () => {
    const pipe = aStream(false);
    const progress = createProgress(pipe);
    progress.show("1 read");
    progress.end();
    expect(pipe.written).toEqual([]);
  });
});
