import { escapeInvisible } from "../domain/text/escape-invisible.ts";

/** Words that need no quotes in any POSIX shell, in zsh or in fish. */
const PLAIN = /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/;

/**
 * Returns a command line to copy into a shell. Words may come from untrusted senders, for example the task id of a rejected message, so
 * each word that is not plain is put in single quotes.
 *
 * @returns null if a word contains a control character or an invisible one. A line feed that is pasted into a terminal would run the
 *   command, and nobody could see what an invisible character does.
 */
export function shellCommand(words: readonly string[]): string | null {
  if (words.some((word) => escapeInvisible(word) !== word)) return null;
  return words.map(shellQuote).join(" ");
}

/** Quotes a word. Within single quotes, only the quote itself is special to a shell, so it is written outside of them. */
function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
