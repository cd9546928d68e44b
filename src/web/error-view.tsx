import { publishAddress } from "./addresses.ts";

export interface ErrorViewProps {
  /** The HTTP status. */
  readonly status: number;
  /** A sentence that says what happened, without file paths and stack traces. */
  readonly text: string;
  /** A sentence that says what the reader can do now. */
  readonly advice: string;
}

/** A page that says what went wrong, and what to do next. */
export function ErrorView({ status, text, advice }: ErrorViewProps) {
  return (
    <div class="prose error-view">
      <h1>{status === 404 ? "Nothing is here" : `This did not work (${status})`}</h1>
      <p>{text}</p>
      <p>{advice}</p>
      <p>
        <a href="/">All projects</a> · <a href={publishAddress()}>Why is my job missing?</a>
      </p>
    </div>
  );
}
