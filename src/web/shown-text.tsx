import { escapeInvisible } from "../domain/text/escape-invisible.ts";

/**
 * A text from data. Characters that cannot be seen are written as `\uXXXX`, and the direction of its writing ends with it: a stranger's
 * text can neither hide a part of itself nor turn what stands beside it.
 */
export function ShownText({ text }: { readonly text: string }) {
  return <bdi>{escapeInvisible(text)}</bdi>;
}
