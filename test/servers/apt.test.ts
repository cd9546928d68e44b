import { describe, expect, it } from "@jest/globals";
import { mirrorInDeb822, mirrorInList } from "./apt.ts";

describe("the mirror in a list of deb lines", () => {
  for (const [what, text, mirror] of [
    ["a plain line", "deb http://mirror.example/debian bookworm main", "http://mirror.example/debian"],
    [
      "options before the address, a comment after",
      "deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main contrib # ours",
      "https://mirror.example/debian/",
    ],
    ["a line that is switched off", "# deb http://mirror.example/debian bookworm main", null],
    ["sources of packages only", "deb-src http://mirror.example/debian bookworm main", null],
    ["the security archive", "deb http://mirror.example/debian-security bookworm-security main", null],
    ["somebody else's packages", "deb https://packages.example/apt tools-bookworm main", null],
    ["a disk", "deb cdrom:[Debian]/ bookworm main", null],
    ["another release", "deb http://mirror.example/debian bullseye main", null],
  ] as const) {
    it(`is found for ${what}: ${mirror ?? "none"}`, () =>
      expect(mirrorInList(text, "bookworm")).toBe(mirror));
  }
});

describe("the mirror in deb822 stanzas", () => {
  const stanza = (fields: string) => `Types: deb deb-src\n${fields}\nSigned-By: /k.gpg\n`;
  for (const [what, text, mirror] of [
    [
      "a comment between the fields, several suites",
      stanza(
        "# frozen\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main",
      ),
      "http://mirror.example/debian",
    ],
    [
      "fields that go on in the next line, several addresses",
      stanza(
        "URIs:\n http://one.example/debian\n http://two.example/debian\nSuites: bookworm\nComponents: main",
      ),
      "http://one.example/debian",
    ],
    [
      "a stanza that is switched off before one that is not",
      `${stanza("Enabled: no\nURIs: http://off.example/debian\nSuites: bookworm\nComponents: main")}\n${stanza("URIs: http://on.example/debian\nSuites: bookworm\nComponents: main")}`,
      "http://on.example/debian",
    ],
    [
      "somebody else's packages",
      stanza("URIs: https://packages.example/node_20.x\nSuites: nodistro\nComponents: main"),
      null,
    ],
    [
      "the security archive",
      stanza("URIs: http://mirror.example/debian-security\nSuites: bookworm-security\nComponents: main"),
      null,
    ],
  ] as const) {
    it(`is found for ${what}: ${mirror ?? "none"}`, () =>
      expect(mirrorInDeb822(text, "bookworm")).toBe(mirror));
  }
});
