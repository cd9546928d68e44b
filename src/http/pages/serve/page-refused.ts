/** Thrown by a page's route that cannot answer a request. The reader gets an error page, or JSON under `/api/`. */
export class PageRefused extends Error {
  override readonly name = "PageRefused";
  readonly status: number;
  /** A sentence that says what the reader can do now. */
  readonly advice: string;
  readonly retryAfterSeconds: number | null;

  /** @param text - what happened, in a sentence without file paths and stack traces. */
  constructor(status: number, text: string, advice: string, retryAfterSeconds: number | null = null) {
    super(text);
    this.status = status;
    this.advice = advice;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
