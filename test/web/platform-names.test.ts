import { expect, it } from "@jest/globals";
import { knownPlatforms, platformLabel, rowPosition } from "../../src/web/platform-names.ts";

/** Names and labels in the order of the rows. A number in front is the position of the next platform. */
const table = `
0 linux32: Linux | linux64: Linux x64
10 osx-10-6: OS X 10.6 | osx-10-7: OS X 10.7 | osx-10-8: OS X 10.8 | osx-10-9: OS X 10.9 | osx-10-10: OS X 10.10 | osx-10-11: OS X 10.11
20 windowsxp: Windows XP | windows7-32: Windows 7 | windows7-64: Windows 7 x64 | windows8-32: Windows 8 | windows8-64: Windows 8 x64
25 windows10-32: Windows 10 | windows10-64: Windows 10 x64 | windows2012-64: Windows 2012 x64
30 android-2-2-armv6: Android 2.2 Armv6 | android-2-2: Android 2.2 | android-2-3-armv6: Android 2.3 Armv6 | android-2-3: Android 2.3
34 android-2-3-armv7-api9: Android 2.3 API9 | android-4-0: Android 4.0 | android-4-0-armv7-api10: Android 4.0 API10+
37 android-4-0-armv7-api11: Android 4.0 API11+ | android-4-0-armv7-api15: Android 4.0 API15+ | android-4-2-x86: Android 4.2 x86
40 android-4-2: Android 4.2 | android-4-2-armv7-api11: Android 4.2 API11+ | android-4-2-armv7-api15: Android 4.2 API15+
43 android-4-3: Android 4.3 | android-4-3-armv7-api11: Android 4.3 API11+ | android-4-3-armv7-api15: Android 4.3 API15+
46 android-4-4: Android 4.4 | android-4-4-armv7-api11: Android 4.4 API11+ | android-4-4-armv7-api15: Android 4.4 API15+
49 android-5-0-armv7-api11: Android 5.0 API11+ | android-5-0-armv7-api15: Android 5.0 API15+
51 b2gdroid-4-0-armv7-api11: B2GDroid 4.0 API11+ | b2gdroid-4-0-armv7-api15: B2GDroid 4.0 API15+
53 android-4-0-armv7-api11-partner1: Android API11+ partner1 | android-4-0-armv7-api15-partner1: Android API15+ partner1
55 b2g-linux32: B2G Desktop Linux | b2g-linux64: B2G Desktop Linux x64 | b2g-osx: B2G Desktop OS X | b2g-win32: B2G Desktop Windows
59 b2g-emu-ics: B2G ICS Emulator
50 b2g-emu-jb: B2G JB Emulator
61 b2g-emu-kk: B2G KK Emulator | b2g-emu-x86-kk: B2G KK Emulator x86 | b2g-emu-l: B2G L Emulator | b2g-device-image: B2G Device Image
65 mulet-linux32: Mulet Linux | mulet-linux64: Mulet Linux x64 | mulet-osx: Mulet OS X | mulet-win32: Mulet Windows
71 graphene-linux64: Graphene Linux x64 | graphene-osx: Graphene OS X | graphene-win64: Graphene Windows x64
74 horizon-linux64: Horizon Linux x64 | horizon-osx: Horizon OS X | horizon-win64: Horizon Windows x64
99 other: Other
`;

const rows = table
  .trim()
  .split("\n")
  .flatMap((line) => {
    const [, first = "", platforms = ""] = /^(\d+) (.*)$/.exec(line) ?? [];
    return platforms.split(" | ").map((text, index) => {
      const [name = "", label = ""] = text.split(": ");
      return { name, label, position: Number(first) + index };
    });
  });

it.each(rows)("$name is labelled $label, and has position $position", ({ name, label, position }) => {
  expect(platformLabel(name)).toBe(label);
  expect(rowPosition(name, "opt")).toBe(position * 100);
});

it("the only other known platform has a label and no position", () => {
  expect(knownPlatforms.size).toBe(rows.length + 1);
  expect(knownPlatforms.get("windows7-32-vm")).toEqual({
    name: "windows7-32-vm",
    label: "Windows 7 VM",
    position: null,
  });
});

it("shows an unknown platform by its name, after all known ones", () => {
  expect(platformLabel("toaster")).toBe("toaster");
  expect(rowPosition("toaster", "opt")).toBeGreaterThan(rowPosition("other", "addon"));
  expect(rowPosition("windows7-32-vm", "opt")).toBe(rowPosition("toaster", "opt"));
});

it("sorts the options of a platform, and puts unknown and combined ones after the known ones", () => {
  const options = ["opt", "pgo", "asan", "tsan", "debug", "cc", "addon", "addon debug"];
  const positions = options.map((each) => rowPosition("linux64", each));
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(new Set(positions).size).toBe(options.length);
  expect(rowPosition("linux64", "shiny")).toBe(rowPosition("linux64", "addon debug"));
  expect(rowPosition("linux64", "shiny")).toBeLessThan(rowPosition("osx-10-6", "opt"));
});
