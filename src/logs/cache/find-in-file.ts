import { readPieces } from "./read-pieces.ts";
import { type FindQuestion, type Found, TextFinder } from "./text-finder.ts";

/** Searches a whole file for a text. Blocks its thread until it is done. Returns null if the file does not exist. */
export function findInFile(path: string, question: FindQuestion): Found | null {
  const finder = new TextFinder(question);
  const isThere = readPieces(path, (piece) => {
    finder.add(piece);
    return true;
  });
  return isThere ? finder.end() : null;
}
