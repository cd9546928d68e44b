import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { whyUnreadable } from "../../domain/error-code.ts";
import { Misuse } from "../../domain/faults.ts";
import { tell } from "../output/print.ts";

/** Returns the bytes of a file, or of standard input for `-`. @throws Misuse if it cannot be read. */
export async function readInput(file: string): Promise<Buffer> {
  try {
    if (file !== "-") return await readFile(file);
    if (process.stdin.isTTY) tell("Reading from the keyboard; press Ctrl-D to end.");
    return await buffer(process.stdin);
  } catch (error) {
    throw new Misuse([`${file} ${whyUnreadable(error)}`]);
  }
}
