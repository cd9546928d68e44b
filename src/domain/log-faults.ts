/** Why a log cannot be read. The same bytes would fail again, so these faults are returned, never thrown. */
export type LogFault =
  | { readonly reason: "corrupt-gzip"; readonly detail: string }
  | { readonly reason: "corrupt-compression"; readonly format: string; readonly detail: string }
  | { readonly reason: "foreign-compression"; readonly format: string }
  | { readonly reason: "too-many-layers"; readonly encodings: readonly string[] }
  | { readonly reason: "not-text"; readonly format: string | null }
  | { readonly reason: "inflates-too-far"; readonly limitBytes: number }
  | { readonly reason: "ratio-too-high"; readonly limit: number }
  | { readonly reason: "too-many-lines"; readonly limit: number }
  | { readonly reason: "artifact-too-large"; readonly artifact: string; readonly limitBytes: number };

/** Describes the fault in one line, for the `failure` of the log and for people. */
export function describeLogFault(fault: LogFault): string {
  switch (fault.reason) {
    case "corrupt-gzip":
      return `corrupt gzip: ${fault.detail}`;
    case "foreign-compression":
      return `the log is ${fault.format} data, which cannot be decompressed here`;
    case "corrupt-compression":
      return `corrupt ${fault.format} data: ${fault.detail}`;
    case "too-many-layers":
      return `the log is compressed more than twice: ${fault.encodings.join(", then ")}`;
    case "not-text":
      return fault.format === null ? "the log is not text" : `the log is not text but ${fault.format}`;
    case "inflates-too-far":
      return `the log is longer than ${fault.limitBytes} bytes`;
    case "ratio-too-high":
      return `the log inflates to more than ${fault.limit} times what was transferred (LOG_MAX_RATIO)`;
    case "too-many-lines":
      return `the log has more than ${fault.limit} lines`;
    case "artifact-too-large":
      return `artifact "${fault.artifact}" would be larger than ${fault.limitBytes} bytes`;
  }
}
