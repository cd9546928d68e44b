import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../servers/run-command.ts";
import { openRunFolder } from "../servers/run-folder.ts";

/** A folder for the workers' data, on a disk of its own if this user may mount one. */
export interface DataDisk {
  readonly path: string;
  /** Fills the disk. Null if the folder is on the machine's disk, which must not be filled. */
  readonly fill: (() => Promise<void>) | null;
  /** Frees the disk again. */
  free(): Promise<void>;
  close(): Promise<void>;
}

/** The size of the disk. Memory is used only for what is written. */
const SIZE = "2g";
/** The free space on a full disk, which is too little for any write. */
const CRUMB_BYTES = 16 * 1024;

/** Mounts a tmpfs. Its files survive killed processes, and we decide when it is full. */
export async function openDataDisk(): Promise<DataDisk> {
  const path = mkdtempSync(join(tmpdir(), "pulse-ingest-chaos-disk-"));
  const lastAct = ["sh", "-c", 'umount -l "$0" 2>/dev/null; rm -rf "$0"', path];
  // When it ends in any way, the disk is unmounted.
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
        // More was written in the meantime than the free space that should remain.
        if (left === 0) throw error;
      }
    }
  }
}
