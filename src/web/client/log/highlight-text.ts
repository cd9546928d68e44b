const NAME = "log-find";
/** The maximum number of marks in a line. A hostile line may contain a text thousands of times. */
const MAX_IN_LINE = 50;

/**
 * Marks all occurrences of a text in the lines on the screen. The browser draws the marks without extra elements. A browser without this
 * feature shows no marks.
 *
 * @param text - the text to mark. If it is empty, nothing is marked.
 */
export function highlightText(lines: Iterable<Element>, text: string, matchCase: boolean): void {
  if (typeof Highlight === "undefined" || CSS.highlights === undefined) return;
  CSS.highlights.delete(NAME);
  if (text === "") return;
  const fold = (value: string): string => (matchCase ? value : lowerCaseAscii(value));
  const wanted = fold(text);
  const marks = new Highlight();
  for (const line of lines) {
    const nodes = textNodes(line);
    const whole = fold(nodes.map(({ data }) => data).join(""));
    let at = whole.indexOf(wanted);
    for (let found = 0; at >= 0 && found < MAX_IN_LINE; found++) {
      marks.add(rangeIn(nodes, at, at + wanted.length));
      at = whole.indexOf(wanted, at + wanted.length);
    }
  }
  CSS.highlights.set(NAME, marks);
}

/** Changes only ASCII letters, as the server does, so that the length stays the same. */
function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function textNodes(line: Element): Text[] {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text) nodes.push(node);
  }
  return nodes;
}

function rangeIn(nodes: readonly Text[], from: number, to: number): Range {
  const range = document.createRange();
  let before = 0;
  for (const node of nodes) {
    const end = before + node.length;
    if (from >= before && from < end) range.setStart(node, from - before);
    if (to > before && to <= end) range.setEnd(node, to - before);
    before = end;
  }
  return range;
}
