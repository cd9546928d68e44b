import { ShownText } from "./shown-text.tsx";

export interface PointedMessageProps {
  /** JSON pointer to the value that is wrong; empty for the whole message. */
  readonly pointer: string;
  readonly message: string;
}

/** An error of a message, after the pointer to its place. */
export function PointedMessage({ pointer, message }: PointedMessageProps) {
  return (
    <>
      {pointer !== "" && (
        <code>
          <ShownText text={pointer} />
        </code>
      )}{" "}
      <ShownText text={message} />
    </>
  );
}
