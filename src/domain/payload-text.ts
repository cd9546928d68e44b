import type { RejectedPayload } from "./rejection.ts";
import { parseSource, writeSource } from "./text/source-json.ts";

/** A rejected payload as text. */
export interface PayloadText {
  /** `json`: indented JSON. `cut-json`: truncated JSON, as it was kept. `text` and `base64`: bytes that could not be decoded. */
  readonly form: "json" | "cut-json" | "text" | "base64";
  readonly text: string;
}

/** Returns a rejected payload as text. Bytes become text only if none is lost; truncation, for example, may have split a character. */
export function payloadText({ encoding, content, truncated }: RejectedPayload): PayloadText {
  if (encoding === "json") {
    if (truncated) return { form: "cut-json", text: content };
    return { form: "json", text: writeSource(parseSource(content).source, 2) };
  }
  const bytes = Buffer.from(content, "base64");
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? { form: "text", text } : { form: "base64", text: content };
}
