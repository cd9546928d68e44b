// Keeps the embedded store's file locked until standard input ends. Argument: the file.
import Database from "libsql";

const db = new Database(process.argv[2] ?? "");
db.exec("PRAGMA busy_timeout = 30000; BEGIN IMMEDIATE");
process.stdout.write("locked\n");
process.stdin.resume().once("end", () => db.close());
