/** Announces a sentence to screen readers. The page's live region is polite: a screen reader finishes what it is saying first. */
export function announce(sentence: string): void {
  const region = document.getElementById("announcer");
  if (region !== null) region.textContent = sentence;
}
