/** MongoDB's limit, in bytes of UTF-8. */
const MAX_BYTES = 63;
/** What MongoDB's manual forbids in the name of a database; a server on Linux takes some of these, one on Windows none. */
const FORBIDDEN = /[/\\. "$*<>:|?\0]/;
/** Databases in which a server keeps its own data; MongoDB never replicates `local`, and restricts `config`. */
const NOT_FOR_DATA: readonly string[] = ["local", "config"];

/**
 * The path of a database address, which names the database, still percent-encoded; empty where it names none. The driver
 * ignores blanks around an address.
 */
function pathOf(address: string): string {
  return /^[^/]+:\/\/[^/?#]*\/([^?#]*)/.exec(address.trim())?.[1] ?? "";
}

/** Whether an address names a database; where it does not, the driver would take `test`. */
export function namesDatabase(address: string): boolean {
  return pathOf(address) !== "";
}

/** Why no store can be kept in the database that an address names, in words that repeat nothing secret; null if one can. */
export function databaseNameProblem(address: string): string | null {
  const path = pathOf(address);
  // What looks like the path is a part of the password then.
  if (path.includes("@")) return "cannot be read: in user and password, write / as %2F, @ as %40, : as %3A";
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return "names a database that cannot be decoded: write % as %25";
  }
  const [forbidden] = FORBIDDEN.exec(name) ?? [];
  if (forbidden !== undefined) {
    const character = forbidden === " " ? "a space" : JSON.stringify(forbidden);
    return `names a database whose name contains ${character}, which a server does not take`;
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_BYTES) return `names a database whose name has ${bytes} bytes; the limit is ${MAX_BYTES}`;
  return NOT_FOR_DATA.includes(name)
    ? `names the database ${name}, which belongs to the server: name another one, e.g. pulse_ingest`
    : null;
}

/** What is doubtful about the database that an address names, which has no {@link databaseNameProblem}; null if nothing is. */
export function databaseNameWarning(address: string): string | null {
  return pathOf(address) === "admin"
    ? "names the database admin, which belongs to the server; if it is meant for the login, write /pulse_ingest?authSource=admin"
    : null;
}
