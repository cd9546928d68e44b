import { escapeInvisible } from "../domain/text/escape-invisible.ts";

/**
 * A text from data. Invisible characters are written as `\uXXXX`, and the writing direction is isolated. So an untrusted text can neither
 * hide a part of itself nor change the direction of the text around it.
 */
export function ShownText({ text }: { readonly text: string }) {
  return <bdi>{escapeInvisible(text)}</bdi>;
}
