import { mongodb } from "../servers.ts";

/** Returns how many bytes PostgreSQL has written to its write-ahead log so far, or null if the server is not backed by PostgreSQL. */
export async function walPosition(): Promise<number | null> {
  const { query } = await mongodb();
  return query === undefined ? null : Number(await query("SELECT pg_current_wal_insert_lsn() - '0/0'"));
}
