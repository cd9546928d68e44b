import type { Warning } from "../domain/submission.ts";
import { isJsonObject } from "../domain/text/json-object.ts";
import { type CollectionSchemas, whyNotFitting } from "../validate/collection-schemas.ts";

/** The maximum length of all texts of an item that are parsed for warnings. Parsing more would keep the worker busy. */
const MAX_TEXT = 128 * 1024;

/**
 * Returns a warning for each artifact whose blob does not fit the schema for its name. Such an artifact is stored anyway, because
 * readers can handle more than the schemas allow. Pure.
 *
 * @param submitted - the artifacts as they were sent, with numbers as JavaScript reads them.
 * @param most - the number of artifacts to check; no more are stored.
 */
export function blobWarnings(
  submitted: readonly unknown[],
  most: number,
  { blobs }: Pick<CollectionSchemas, "blobs">,
): readonly Warning[] {
  let textLeft = MAX_TEXT;
  return submitted.slice(0, most).flatMap((artifact): Warning[] => {
    if (!isJsonObject(artifact)) return [];
    const { name, blob } = artifact;
    const schema = typeof name === "string" ? blobs.get(name) : undefined;
    if (schema === undefined) return [];
    const isText = typeof blob === "string";
    if (isText) textLeft -= blob.length;
    if (isText && textLeft < 0) return [];
    const reason = isText
      ? ofText(blob, (value) => whyNotFitting(value, schema))
      : whyNotFitting(blob, schema);
    return reason === null ? [] : [{ what: `artifact "${String(name)}"`, reason: `blob: ${reason}` }];
  });
}

function ofText(text: string, whyNot: (value: unknown) => string | null): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "a text that is not JSON";
  }
  return whyNot(value);
}
