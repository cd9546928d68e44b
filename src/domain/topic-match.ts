/**
 * Returns whether a binding's routing key matches a message's, as topic exchanges do (AMQP 0-9-1, section 3.1.3.3): words are
 * separated by dots, `*` stands for one word, `#` for any number of them, also none.
 *
 * Takes time in proportion to the product of the numbers of words, whatever the keys are.
 */
export function matchesTopic(pattern: string, routingKey: string): boolean {
  const words = wordsOf(routingKey);
  /** For each number of words from the beginning of the key: whether the part of the pattern that was read matches them. */
  let reached = words.map(() => false);
  reached.unshift(true);
  for (const part of wordsOf(pattern)) {
    let any = false;
    reached = reached.map((isReached, count) => {
      any ||= isReached;
      if (part === "#") return any;
      return count > 0 && reached[count - 1] === true && (part === "*" || part === words[count - 1]);
    });
  }
  return reached.at(-1) === true;
}

/** An empty key has no word. */
function wordsOf(key: string): readonly string[] {
  return key === "" ? [] : key.split(".");
}
