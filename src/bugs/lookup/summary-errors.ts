import * as z from "zod";
import { parsePythonJson } from "../../domain/text/python-json.ts";

const summary = z.object({ step_data: z.object({ all_errors: z.array(z.unknown()) }) });
const errorLine = z.object({ line: z.string() });

/**
 * Returns the error lines of a `text_log_summary` in their order. Bug suggestions are made from them. The blob is not
 * validated: without `step_data` and `all_errors` it has no error lines. An error without a line counts as an empty line, so
 * that suggestions and errors have the same indexes.
 *
 * @param blob - JSON text.
 */
export function errorLinesOf(blob: string): string[] {
  const errors = summary.safeParse(parsePythonJson(blob)).data?.step_data.all_errors ?? [];
  return errors.map((error) => errorLine.safeParse(error).data?.line ?? "");
}
