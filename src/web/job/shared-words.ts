/** A piece of a text, and whether another text contains it too. */
export interface Piece {
  readonly text: string;
  readonly isShared: boolean;
}

const word = /[A-Za-z0-9_.]+/g;
/** The minimum length of a shared word. A single letter or digit is no evidence. */
const MIN_LENGTH = 2;

/** Splits a text into pieces, and marks the words that another text contains too, ignoring case. */
export function sharedWords(text: string, other: string): Piece[] {
  const known = new Set([...other.matchAll(word)].map(([found]) => found.toLowerCase()));
  const pieces: Piece[] = [];
  let end = 0;
  const add = (piece: string, isShared: boolean): void => {
    if (piece !== "") pieces.push({ text: piece, isShared });
  };
  for (const { 0: found, index } of text.matchAll(word)) {
    if (found.length < MIN_LENGTH || !known.has(found.toLowerCase())) continue;
    add(text.slice(end, index), false);
    add(found, true);
    end = index + found.length;
  }
  add(text.slice(end), false);
  return pieces;
}
