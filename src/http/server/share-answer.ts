/** Those who ask while the work is in progress get the result of that work: many questions at a time cost one. */
export function shareAnswer<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}
