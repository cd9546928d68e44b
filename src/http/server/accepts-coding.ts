/** Returns whether an `Accept-Encoding` header names a coding, or all codings, and does not exclude it by `q=0`. */
export function acceptsCoding(accepted: string | string[] | undefined, coding: "br" | "gzip"): boolean {
  const weights = new Map<string, boolean>();
  for (const part of String(accepted ?? "").split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    weights.set(name, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)));
  }
  return weights.get(coding) ?? weights.get(`x-${coding}`) ?? weights.get("*") ?? false;
}
