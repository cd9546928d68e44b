import { artifactIdBelow, bindingId, logIdBelow } from "../domain/ids.ts";
import type { Copied } from "../store/ports/copy-store.ts";
import { quotaId } from "../store/rules/plan-rejections.ts";

/** Returns the id by which the output names a document. */
export function nameOfCopy(document: Copied): string {
  switch (document.kind) {
    case "options":
      return document.hash;
    case "artifact":
      return artifactIdBelow(document.job, document.name, document.apart_by);
    case "log":
      return logIdBelow(document.job, document.name, document.url);
    case "quota":
      return quotaId(document);
    case "binding":
      return bindingId(document.queue, document.exchange, document.routing_key);
    case "suspect":
      return document.key;
    case "credential":
      return document.client_id;
    default:
      return document.id;
  }
}
