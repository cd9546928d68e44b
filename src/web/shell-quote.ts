import { escapeInvisible } from "../domain/text/escape-invisible.ts";

/** Words of these characters mean the same with and without quotes in every POSIX shell, and in zsh and fish. */
const PLAIN = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/;

/**
 * Returns a command line to copy into a shell. Words may come from strangers, for example the task id of a rejected message, so each
 * one that is not plain is put in single quotes.
 *
 * @returns null if a word has a control character, or one that cannot be seen: pasted into a terminal, a line feed would run the
 *   command, and nobody could read what a hidden character does.
 */
export function shellCommand(words: readonly string[]): string | null {
  if (words.some((word) => escapeInvisible(word) !== word)) return null;
  return words.map(shellQuote).join(" ");
}

/** Within single quotes no character but the quote itself means anything to a shell. It is written outside of them. */
function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
