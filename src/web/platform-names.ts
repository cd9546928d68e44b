/** The label of a platform's rows, and their position in a push. */
export interface KnownPlatform {
  readonly name: string;
  readonly label: string;
  /** The sort position of the rows; null for rows that come after those with a position. */
  readonly position: number | null;
}

/** Positions count up from the first number of each run. The gaps between runs are those of the reference. */
const runs: readonly (readonly [
  first: number,
  platforms: readonly (readonly [name: string, label: string])[],
])[] = [
  [
    0,
    [
      ["linux32", "Linux"],
      ["linux64", "Linux x64"],
    ],
  ],
  [10, ["6", "7", "8", "9", "10", "11"].map((minor) => [`osx-10-${minor}`, `OS X 10.${minor}`] as const)],
  [
    20,
    [
      ["windowsxp", "Windows XP"],
      ["windows7-32", "Windows 7"],
      ["windows7-64", "Windows 7 x64"],
      ["windows8-32", "Windows 8"],
      ["windows8-64", "Windows 8 x64"],
      ["windows10-32", "Windows 10"],
      ["windows10-64", "Windows 10 x64"],
      ["windows2012-64", "Windows 2012 x64"],
    ],
  ],
  [
    30,
    [
      ["android-2-2-armv6", "Android 2.2 Armv6"],
      ["android-2-2", "Android 2.2"],
      ["android-2-3-armv6", "Android 2.3 Armv6"],
      ["android-2-3", "Android 2.3"],
      ["android-2-3-armv7-api9", "Android 2.3 API9"],
      ["android-4-0", "Android 4.0"],
      ["android-4-0-armv7-api10", "Android 4.0 API10+"],
      ["android-4-0-armv7-api11", "Android 4.0 API11+"],
      ["android-4-0-armv7-api15", "Android 4.0 API15+"],
      ["android-4-2-x86", "Android 4.2 x86"],
      ["android-4-2", "Android 4.2"],
      ["android-4-2-armv7-api11", "Android 4.2 API11+"],
      ["android-4-2-armv7-api15", "Android 4.2 API15+"],
      ["android-4-3", "Android 4.3"],
      ["android-4-3-armv7-api11", "Android 4.3 API11+"],
      ["android-4-3-armv7-api15", "Android 4.3 API15+"],
      ["android-4-4", "Android 4.4"],
      ["android-4-4-armv7-api11", "Android 4.4 API11+"],
      ["android-4-4-armv7-api15", "Android 4.4 API15+"],
      ["android-5-0-armv7-api11", "Android 5.0 API11+"],
      ["android-5-0-armv7-api15", "Android 5.0 API15+"],
      ["b2gdroid-4-0-armv7-api11", "B2GDroid 4.0 API11+"],
      ["b2gdroid-4-0-armv7-api15", "B2GDroid 4.0 API15+"],
      ["android-4-0-armv7-api11-partner1", "Android API11+ partner1"],
      ["android-4-0-armv7-api15-partner1", "Android API15+ partner1"],
      ["b2g-linux32", "B2G Desktop Linux"],
      ["b2g-linux64", "B2G Desktop Linux x64"],
      ["b2g-osx", "B2G Desktop OS X"],
      ["b2g-win32", "B2G Desktop Windows"],
      ["b2g-emu-ics", "B2G ICS Emulator"],
    ],
  ],
  // The reference puts this one among the Android platforms.
  [50, [["b2g-emu-jb", "B2G JB Emulator"]]],
  [
    61,
    [
      ["b2g-emu-kk", "B2G KK Emulator"],
      ["b2g-emu-x86-kk", "B2G KK Emulator x86"],
      ["b2g-emu-l", "B2G L Emulator"],
      ["b2g-device-image", "B2G Device Image"],
      ["mulet-linux32", "Mulet Linux"],
      ["mulet-linux64", "Mulet Linux x64"],
      ["mulet-osx", "Mulet OS X"],
      ["mulet-win32", "Mulet Windows"],
    ],
  ],
  [
    71,
    [
      ["graphene-linux64", "Graphene Linux x64"],
      ["graphene-osx", "Graphene OS X"],
      ["graphene-win64", "Graphene Windows x64"],
      ["horizon-linux64", "Horizon Linux x64"],
      ["horizon-osx", "Horizon OS X"],
      ["horizon-win64", "Horizon Windows x64"],
    ],
  ],
  [99, [["other", "Other"]]],
];

/** The platforms that have a label of their own. @see spec/ui.md, the table after section 6 */
export const knownPlatforms: ReadonlyMap<string, KnownPlatform> = new Map(
  [
    ...runs.flatMap(([first, platforms]) =>
      platforms.map(([name, label], index) => ({ name, label, position: first + index })),
    ),
    { name: "windows7-32-vm", label: "Windows 7 VM", position: null },
  ].map((platform) => [platform.name, platform]),
);

/** The options that have a position of their own, in display order. */
const knownOptions = ["opt", "pgo", "asan", "tsan", "debug", "cc", "addon"];

/** Returns a platform's label, or its name if the platform is unknown. */
export function platformLabel(name: string): string {
  return knownPlatforms.get(name)?.label ?? name;
}

/**
 * Returns the sort position of a row. Rows with equal positions are sorted by their labels. Unknown platforms come after all known ones.
 * Within a platform, rows with an unknown option, or with several options, come after those with a known one.
 *
 * @param options - the row's options, joined by spaces.
 */
export function rowPosition(platform: string, options: string): number {
  const option = knownOptions.indexOf(options);
  const place = knownPlatforms.get(platform)?.position ?? 100;
  return place * 100 + (option === -1 ? 99 : option);
}
