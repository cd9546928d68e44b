const slug = /^([A-Za-z0-9_-]{21}[AQgw])([/_].*)?$/s;
const uuid = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})([/_].*)?$/is;

/**
 * Returns all forms in which a task id, or a guid that begins with one, may have been stored. Taskcluster writes a task id as 22
 * characters of base64url (a slug), but its messages to Treeherder contain the same 16 bytes as a UUID. The rest of the text, such
 * as `/run` or the suffix of a retry, is kept.
 *
 * @returns the given text, followed by its other forms if it is a slug or a UUID.
 */
export function taskIdForms(text: string): readonly string[] {
  const [, id = "", rest = ""] = slug.exec(text) ?? uuid.exec(text) ?? [];
  if (id === "") return [text];
  const hex = hexOf(id);
  const asUuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const forms = [Buffer.from(hex, "hex").toString("base64url"), asUuid, asUuid.toUpperCase()];
  return [...new Set([text, ...forms.map((form) => `${form}${rest}`)])];
}

/**
 * Returns a text that is the same for all forms of a task id and for all runs of the task. For a guid that begins with neither form,
 * this is the part before the first slash.
 */
export function oneTaskId(guidOrTaskId: string): string {
  const slash = guidOrTaskId.indexOf("/");
  const id = slash === -1 ? guidOrTaskId : guidOrTaskId.slice(0, slash);
  return (id.length === 22 && slug.test(id)) || (id.length === 36 && uuid.test(id)) ? hexOf(id) : id;
}

/** Returns the 16 bytes of a slug or a UUID in hex. */
function hexOf(id: string): string {
  return id.length === 22
    ? Buffer.from(id, "base64url").toString("hex")
    : id.replaceAll("-", "").toLowerCase();
}
