/**
 * Returns whether a binding's routing key matches that of a message, by the rules of topic exchanges (AMQP 0-9-1, section 3.1.3.3):
 * words are separated by dots, `*` stands for exactly one word, and `#` for zero or more words.
 *
 * The time is at most proportional to the product of the two numbers of words, whatever the keys are.
 */
export function matchesTopic(pattern: string, routingKey: string): boolean {
  const words = wordsOf(routingKey);
  /** For each number of words at the beginning of the key, whether the part of the pattern that has been read matches them. */
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

/** Returns the words of a key. An empty key has no words. */
function wordsOf(key: string): readonly string[] {
  return key === "" ? [] : key.split(".");
}
