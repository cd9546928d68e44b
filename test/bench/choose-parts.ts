/**
 * Returns the parts that `--only` names, in the order of the report.
 * @param text - names, separated by commas; undefined means the usual parts.
 * @throws Error that lists all parts, if a name is unknown.
 */
export function chooseParts<Name extends string>(
  text: string | undefined,
  { all, usual }: { readonly all: readonly Name[]; readonly usual: readonly Name[] },
): readonly Name[] {
  if (text === undefined) return usual;
  const wanted = text.split(",");
  const unknown = wanted.filter((name) => !all.some((known) => known === name));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(", ")}; there are ${all.join(", ")}`);
  return all.filter((name) => wanted.includes(name));
}
