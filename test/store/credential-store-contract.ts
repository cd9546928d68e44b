import { describe, expect, it } from "@jest/globals";
import { aCredential } from "../examples.ts";
import { emptyStoreForEach, type OpenEmpty } from "./empty-store.ts";

/** Tests what every store promises about the credentials of REST clients. */
export function credentialStoreContract(name: string, openEmpty: OpenEmpty): void {
  describe(`the credentials in the ${name} store`, () => {
    const empty = emptyStoreForEach(openEmpty);

    it("are added once, and are found and listed as they were added, the newest first", async () => {
      const { store } = empty;
      const older = aCredential({ client_id: "older", created_at: "2026-01-05T10:00:00.000Z" });
      const limited = { client_id: "limited", projects: ["try", "comm-*"], owner: "me", description: "d" };
      const newer = aCredential({ ...limited, created_at: "2026-01-05T11:00:00.000Z" });
      expect(await store.listCredentials()).toEqual([]);
      expect([await store.addCredential(older), await store.addCredential(newer)]).toEqual([true, true]);
      expect(await store.addCredential(aCredential({ client_id: "older", secret: "clear:other" }))).toBe(
        false,
      );
      expect(await store.findCredential("older")).toEqual(older);
      expect(await store.findCredential("limited")).toEqual(newer);
      expect(await store.findCredential("OLDER")).toBeNull();
      expect(await store.listCredentials()).toEqual([newer, older]);
    });

    it("are added once, even if two commands add the same id at the same time", async () => {
      const adds = ["clear:a", "clear:b"].map((secret) => empty.store.addCredential(aCredential({ secret })));
      expect((await Promise.all(adds)).toSorted()).toEqual([false, true]);
    });

    it("can be revoked, rotated and encrypted again; unknown ids are reported", async () => {
      const { store } = empty;
      const credential = aCredential({ client_id: "a" });
      await store.addCredential(credential);
      await store.addCredential(aCredential({ client_id: "b" }));

      expect(await store.revokeCredential("a")).toBe(true);
      expect(await store.revokeCredential("a")).toBe(true);
      expect(await store.findCredential("a")).toEqual({ ...credential, authorized: false });
      expect(await store.rotateCredential("a", "clear:new")).toBe(true);
      expect(await store.findCredential("a")).toEqual({ ...credential, secret: "clear:new" });
      expect(await store.resealCredential("a", "clear:old", "sealed")).toBe(false);
      expect(await store.resealCredential("a", "clear:new", "sealed")).toBe(true);
      expect(await store.findCredential("a")).toEqual({ ...credential, secret: "sealed" });

      expect(await store.revokeCredential("c")).toBe(false);
      expect(await store.rotateCredential("c", "clear:x")).toBe(false);
      expect(await store.resealCredential("c", "clear:x", "sealed")).toBe(false);
      expect(await store.findCredential("b")).toEqual(aCredential({ client_id: "b" }));
    });

    it("record the latest use, never an earlier one", async () => {
      const { store } = empty;
      await store.addCredential(aCredential({ client_id: "a" }));
      await store.noteCredentialUse("a", "2026-01-05T10:00:00.000Z", "/first/");
      await store.noteCredentialUse("a", "2026-01-05T10:02:00.000Z", "/third/");
      await store.noteCredentialUse("a", "2026-01-05T10:01:00.000Z", "/second/");
      await store.noteCredentialUse("unknown", "2026-01-05T10:01:00.000Z", "/second/");
      expect(await store.findCredential("a")).toMatchObject({
        last_used_at: "2026-01-05T10:02:00.000Z",
        last_used_from: "/third/",
      });
      expect(await store.findCredential("unknown")).toBeNull();
    });
  });
}
