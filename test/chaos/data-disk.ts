import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../servers/run-command.ts";
import { openRunFolder } from "../servers/run-folder.ts";

/** A folder for what workers keep, on a disk of its own where this user may mount one. */
export interface DataDisk {
  readonly path: string;
  /** Leaves no room on it. Null: it is no disk of its own, and the machine's is not to be filled. */
  readonly fill: (() => Promise<void>) | null;
  /** Gives it its room again. */
  free(): Promise<void>;
  close(): Promise<void>;
}

/** Nothing is taken before it is used. */
const SIZE = "2g";
/** Room that is left on a full disk: less than anybody needs. */
const CRUMB_BYTES = 16 * 1024;

/** A tmpfs: what is written there outlives every process that is killed, and it is full when we say so. */
export async function openDataDisk(): Promise<DataDisk> {
  const path = mkdtempSync(join(tmpdir(), "pulse-ingest-chaos-disk-"));
  const lastAct = ["sh", "-c", 'umount -l "$0" 2>/dev/null; rm -rf "$0"', path];
  // Its end, however it comes, unmounts the disk.
  const guard = await openRunFolder("chaos-guard", lastAct);
  const isMounted = await runCommand("mount", ["-t", "tmpfs", "-o", `size=${SIZE}`, "tmpfs", path]).then(
    () => true,
    () => false,
  );
  const resize = (size: string) => runCommand("mount", ["-o", `remount,size=${size}`, path]);
  return {
    path,
    fill: isMounted ? fill : null,
    async free() {
      if (isMounted) await resize(SIZE);
    },
    close: () => guard.remove(),
  };

  async function fill(): Promise<void> {
    for (let left = 10; ; left--) {
      const { blocks, bfree, bsize } = statfsSync(path);
      try {
        await resize(String((blocks - bfree) * bsize + CRUMB_BYTES));
        return;
      } catch (error) {
        // More was written meanwhile than the crumb.
        if (left === 0) throw error;
      }
    }
  }
}
