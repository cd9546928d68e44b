import { readPieces } from "./read-pieces.ts";
import { type FindQuestion, type Found, TextFinder } from "./text-finder.ts";

/** Looks for a text in a whole file, without giving way to anything else in its thread. Returns null if there is no such file. */
export function findInFile(path: string, question: FindQuestion): Found | null {
  const finder = new TextFinder(question);
  const isThere = readPieces(path, (piece) => {
    finder.add(piece);
    return true;
  });
  return isThere ? finder.end() : null;
}
