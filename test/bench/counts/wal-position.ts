import { mongodb } from "../servers.ts";

/** Returns how many bytes PostgreSQL has written to its write-ahead log so far; null if there is no PostgreSQL behind the server. */
export async function walPosition(): Promise<number | null> {
  const { query } = await mongodb();
  return query === undefined ? null : Number(await query("SELECT pg_current_wal_insert_lsn() - '0/0'"));
}
