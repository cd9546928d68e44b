import { closeSync, openSync, readSync } from "node:fs";

/** A piece that fits into the processor's cache is searched two to three times as fast as one of a megabyte. */
const PIECE_BYTES = 64 * 1024;

/**
 * Reads a whole file, piece by piece.
 *
 * @param take - called with each piece, whose bytes are overwritten after the call. Returns false to stop reading.
 * @returns false if the file does not exist.
 */
export function readPieces(path: string, take: (piece: Buffer) => boolean): boolean {
  const file = openIfThere(path);
  if (file === null) return false;
  try {
    const room = Buffer.alloc(PIECE_BYTES);
    for (;;) {
      const bytes = readSync(file, room, 0, PIECE_BYTES, null);
      if (bytes === 0 || !take(room.subarray(0, bytes))) return true;
    }
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, "r");
  } catch {
    // The text was deleted a moment ago to make room for others.
    return null;
  }
}
