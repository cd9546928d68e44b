/** Format and control characters, other characters without width, spaces other than the ASCII space, and lone surrogates. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/u;
/** Quotation marks that word processors and chat programs write instead of `'` and `"`. */
const TYPOGRAPHIC_QUOTE = /[\u2018-\u201f\u2039\u203a\u00ab\u00bb\u300c-\u300f\uff02\uff07]/u;
const SHOWN_LENGTH = 60;

/** Returns the beginning of a text in quotes, with every character other than printable ASCII written as `\uXXXX`. */
export function shown(text: string): string {
  const escaped = JSON.stringify(text.slice(0, SHOWN_LENGTH)).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > SHOWN_LENGTH ? `${escaped}…` : escaped;
}

/** Returns why a text differs from what its author sees on the screen, or null if it does not. */
export function hiddenProblem(text: string): string | null {
  if (INVISIBLE.test(text)) return `must not hold characters that cannot be seen: it is ${shown(text)}`;
  if (text.includes("\ufffd"))
    return `holds characters that were lost when it was saved: it is ${shown(text)}`;
  if (TYPOGRAPHIC_QUOTE.test(text))
    return `must not hold typographic quotes: it is ${shown(text)}; write ' or "`;
  if (text !== text.trim()) return `must not begin or end with a space: it is ${shown(text)}`;
  return null;
}
