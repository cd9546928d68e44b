/** Says a sentence to people who use a screen reader. The page's live region is polite: it waits until the reader is silent. */
export function announce(sentence: string): void {
  const region = document.getElementById("announcer");
  if (region !== null) region.textContent = sentence;
}
