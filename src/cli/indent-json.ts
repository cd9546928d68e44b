/**
 * JSON text with line breaks and indents of two blanks, every value as it is written. (`JSON.stringify` of what was
 * parsed would round numbers beyond 2^53.)
 *
 * @param text - valid JSON.
 */
export function indentJson(text: string): string {
  let indented = "";
  let depth = 0;
  let last = "";
  for (const [token] of text.matchAll(tokens)) {
    const closes = token === "}" || token === "]";
    if (closes) depth--;
    const isEmpty = closes && (last === "{" || last === "[");
    const beginsLine = closes ? !isEmpty : last === "{" || last === "[" || last === ",";
    if (beginsLine) indented += `\n${"  ".repeat(depth)}`;
    indented += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth++;
    last = token;
  }
  return indented;
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;
