import { describe, expect, it } from "@jest/globals";
import type { Bug } from "../../src/domain/bug.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

/** Tests what every store promises about its bugs. */
export function bugCacheContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the bug cache in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);
    const bug = (id: number, summary = `bug ${id}`): Bug => {
      const text = { summary, status: "NEW", resolution: "", crash_signature: "", keywords: "" };
      return { id, ...text, os: "All", modified: null };
    };
    const bugs = (count: number, summary?: string): Bug[] =>
      Array.from({ length: count }, (_, nth) => bug(nth + 1, summary));

    it("is replaced as a whole, and gets a new version", async () => {
      expect(await empty.store.bugsVersion()).toBeNull();
      await empty.store.replaceBugs([bug(2), bug(1), bug(3)]);
      const version = await empty.store.bugsVersion();
      await empty.store.replaceBugs([bug(3), bug(4)]);
      expect(await empty.store.readBugs(0, 10)).toEqual([bug(3), bug(4)]);
      expect(await empty.store.readBugs(3, 10)).toEqual([bug(4)]);
      expect(await empty.store.bugsVersion()).not.toBe(version);
    });

    it("shows other workers either all old bugs or all new bugs while it is replaced", async () => {
      await empty.store.replaceBugs(bugs(1500, "old"));
      const other = await empty.openAnother();
      const replacing = empty.store.replaceBugs(bugs(2500, "new"));
      const seen = new Set<string>();
      while (!seen.has("new")) {
        const page = await other.readBugs(0, 5000);
        const kind = page[0]?.summary ?? "";
        expect(page).toEqual(bugs(kind === "old" ? 1500 : 2500, kind));
        seen.add(kind);
      }
      await replacing;
      await other.close();
    });

    it("stays unchanged if a replacement fails halfway", async () => {
      await empty.store.replaceBugs(bugs(3));
      const version = await empty.store.bugsVersion();
      const broken = Object.defineProperty(bug(1501), "summary", {
        enumerable: true,
        get: () => {
          throw new Error("this one cannot be written");
        },
      });
      await expect(empty.store.replaceBugs([...bugs(1500, "new"), broken])).rejects.toThrow(
        "cannot be written",
      );
      expect(await empty.store.readBugs(0, 5000)).toEqual(bugs(3));
      expect(await empty.store.bugsVersion()).toBe(version);
    });
  });
}
