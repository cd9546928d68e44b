/** The suites, platforms and people of the made-up projects. Everything here is invented. */

export interface Suite {
  readonly kind: "build" | "test" | "other";
  /** `?` for no group. */
  readonly groupSymbol: string;
  readonly groupName: string;
  readonly symbol: string;
  readonly name: string;
  readonly chunks: number;
  readonly tier: 1 | 2 | 3;
  /** The usual range of durations, in minutes. */
  readonly minutes: readonly [number, number];
  /** The tests that can fail; empty for a suite without tests. */
  readonly tests: readonly string[];
  /** The names of the measurements; empty for a suite that measures nothing. */
  readonly measures: readonly string[];
}

export interface DemoPlatform {
  readonly name: string;
  readonly os: string;
  readonly architecture: string;
  readonly options: readonly [string, ...string[]];
}

export interface DemoProject {
  readonly name: string;
  readonly kind: "hg.mozilla.org" | "github.com";
  readonly exchange: string;
  /** How many of 100 pushes belong to the project. */
  readonly share: number;
  readonly platforms: readonly [DemoPlatform, ...DemoPlatform[]];
}

const suite = (
  given: Partial<Suite> & Pick<Suite, "kind" | "groupSymbol" | "groupName" | "symbol" | "name">,
): Suite => ({ chunks: 1, tier: 1, minutes: [5, 40], tests: [], measures: [], ...given });

const browserTests = [
  "browser/base/content/test/tabs/browser_close_many_tabs.js",
  "browser/components/sessionstore/test/browser_restore_windows.js",
  "browser/components/downloads/test/browser/browser_download_panel_opens.js",
  "toolkit/content/tests/browser/browser_findbar_keeps_focus.js",
];
const domTests = [
  "dom/media/test/test_playback_ends_early.html",
  "dom/workers/test/test_shared_worker_restarts.html",
  "layout/forms/test/test_bug_select_scrolls.html",
  "dom/fetch/tests/test_stream_is_closed.html",
];
const unitTests = [
  "netwerk/test/unit/test_cookie_expiry.js",
  "toolkit/components/places/tests/unit/test_history_removal.js",
  "services/sync/tests/unit/test_engine_resets.js",
];
const webTests = [
  "/css/css-grid/grid-items-overlap.html",
  "/service-workers/update-after-navigation.https.html",
  "/html/semantics/forms/input-valueasnumber.html",
];
const drawnTests = [
  "layout/reftests/svg/gradient-repeats.svg == layout/reftests/svg/gradient-repeats-ref.svg",
  "layout/reftests/bidi/mixed-direction-1.html == layout/reftests/bidi/mixed-direction-1-ref.html",
];
const mochitests = { kind: "test", groupSymbol: "M", groupName: "Mochitests" } as const;
const reftests = { kind: "test", groupSymbol: "R", groupName: "Reftests", tests: drawnTests } as const;
const speedTests = { kind: "test", groupSymbol: "T", groupName: "Talos performance tests" } as const;

/** The suites that run on every platform. */
export const suites: readonly [Suite, ...Suite[]] = [
  suite({
    ...{ kind: "build", groupSymbol: "?", groupName: "unknown", symbol: "B", name: "build" },
    minutes: [18, 70],
  }),
  suite({ ...mochitests, symbol: "", name: "mochitest-plain", chunks: 5, tests: domTests }),
  suite({ ...mochitests, symbol: "bc", name: "mochitest-browser-chrome", chunks: 7, tests: browserTests }),
  suite({ ...mochitests, symbol: "dt", name: "mochitest-devtools-chrome", chunks: 8, tests: browserTests }),
  suite({ ...mochitests, symbol: "gpu", name: "mochitest-gpu", tests: domTests }),
  suite({ ...reftests, symbol: "R", name: "reftest", chunks: 8 }),
  suite({ ...reftests, symbol: "C", name: "crashtest" }),
  suite({ ...reftests, symbol: "J", name: "jsreftest", chunks: 3 }),
  suite({
    ...{ kind: "test", groupSymbol: "W", groupName: "Web platform tests", symbol: "wpt" },
    ...{ name: "web-platform-tests", chunks: 12, tests: webTests },
  }),
  suite({
    ...{ kind: "test", groupSymbol: "W", groupName: "Web platform tests", symbol: "Wr" },
    ...{ name: "web-platform-tests-reftest", chunks: 4, tests: webTests },
  }),
  suite({
    ...{ kind: "test", groupSymbol: "X", groupName: "Xpcshell tests", symbol: "X", name: "xpcshell" },
    ...{ chunks: 8, tests: unitTests },
  }),
  suite({
    ...{ kind: "test", groupSymbol: "?", groupName: "unknown", symbol: "GTest", name: "gtest" },
    ...{ minutes: [6, 14], tests: ["PrefService.KeepsUserValues", "ImageDecoder.StopsAtTruncatedData"] },
  }),
  suite({ ...speedTests, symbol: "o", name: "talos-other", measures: ["tsvgx", "tabswitch"] }),
  suite({
    ...speedTests,
    symbol: "c",
    name: "talos-chrome",
    measures: ["startup_about_home", "resize_window"],
  }),
  suite({
    ...{ kind: "test", groupSymbol: "SY", groupName: "Are we slim yet", symbol: "sy", name: "awsy", tier: 2 },
    measures: ["resident_memory", "heap_unclassified"],
  }),
  suite({
    ...{ kind: "build", groupSymbol: "SM", groupName: "Spidermonkey builds", symbol: "cgc" },
    ...{ name: "spidermonkey-compacting", minutes: [30, 80] },
  }),
  suite({
    ...{ kind: "build", groupSymbol: "SM", groupName: "Spidermonkey builds", symbol: "p" },
    ...{ name: "spidermonkey-plain", minutes: [20, 50] },
  }),
  suite({
    ...{ kind: "test", groupSymbol: "fuzz", groupName: "Fuzzing", symbol: "f", name: "fuzzing-libfuzzer" },
    ...{ chunks: 2, tier: 3, minutes: [55, 65] },
  }),
];

/** The suites that run once for a push, on no particular platform. */
export const generalSuites: readonly [Suite, ...Suite[]] = [
  suite({
    ...{ kind: "test", groupSymbol: "lint", groupName: "Linting", symbol: "ES", name: "source-test-eslint" },
    ...{ minutes: [3, 8], tests: ["browser/components/urlbar/view.js"] },
  }),
  suite({
    ...{ kind: "test", groupSymbol: "lint", groupName: "Linting", symbol: "py", name: "source-test-python" },
    ...{ minutes: [2, 6], tests: ["tools/release/notes.py"] },
  }),
  suite({
    ...{ kind: "other", groupSymbol: "?", groupName: "unknown", symbol: "Doc", name: "docs-upload" },
    ...{ minutes: [4, 9], tier: 2 },
  }),
  suite({
    ...{ kind: "other", groupSymbol: "?", groupName: "unknown", symbol: "D", name: "gecko-decision" },
    minutes: [2, 4],
  }),
];

const platform = (
  name: string,
  os: string,
  architecture: string,
  ...options: readonly [string, ...string[]]
): DemoPlatform => ({ name, os, architecture, options });

/** The platform of {@link generalSuites}. */
export const generalPlatform = platform("other", "unknown", "unknown", "opt");

const desktop = [
  platform("linux64", "linux", "x86_64", "opt", "debug", "asan", "tsan"),
  platform("windows10-64", "win", "x86_64", "opt", "pgo", "debug"),
  platform("windows7-32", "win", "x86", "opt", "debug"),
  platform("osx-10-11", "mac", "x86_64", "opt", "debug"),
  platform("android-5-0-armv7-api15", "android", "armv7", "opt", "debug"),
  // This platform is newer than the names that the pages know.
  platform("linux2404-64", "linux", "x86_64", "opt", "debug"),
] as const;
const phones = [
  platform("android-5-0-armv7-api15", "android", "armv7", "opt", "debug"),
  platform("android-4-3", "android", "armv7", "opt"),
] as const;

const taskcluster = "exchange/taskcluster-demo/v1/jobs";
const github = "exchange/mobile-ci-demo/v1/jobs";

export const projects: readonly [DemoProject, ...DemoProject[]] = [
  { name: "autoland", kind: "hg.mozilla.org", exchange: taskcluster, share: 58, platforms: desktop },
  { name: "mozilla-central", kind: "hg.mozilla.org", exchange: taskcluster, share: 12, platforms: desktop },
  { name: "try", kind: "hg.mozilla.org", exchange: taskcluster, share: 20, platforms: desktop },
  { name: "mobile-app", kind: "github.com", exchange: github, share: 10, platforms: phones },
];

export const people = [
  ...["Ada Brook", "Bela Kovacs", "Chidi Obi", "Dana Levi", "Emre Aydin", "Fatou Diop", "Goro Sato"],
  ...["Hanna Lind", "Ines Prado", "Jun Park", "Kofi Mensah", "Lena Vogel", "Milan Novak", "Noor Haddad"],
] as unknown as readonly [string, ...string[]];

/** Returns the address of a person. */
export function addressOf(person: string): string {
  return `${person.toLowerCase().replaceAll(" ", ".")}@example.org`;
}

export const summaries = [
  "Close the download panel when its last item is removed",
  "Do not restart a shared worker that is shutting down",
  "Keep the focus in the find bar while a page loads",
  "Draw repeated gradients with one texture",
  "Remove the preference for the old session store format",
  "Let a cookie expire on the second that it names",
  "Avoid a second layout when a select element scrolls",
  "Update the decoder for truncated images",
  "Measure the time until the first window can be used",
  "Return early if the history was cleared meanwhile",
  "Make the sync engine forget removed records at once",
  "Enable the stricter rule for unused imports",
] as unknown as readonly [string, ...string[]];

/** Messages of failing tests. */
export const complaints = [
  "Test timed out.",
  "expected 3, got 4",
  "uncaught exception - TypeError: window.opener is null",
  "leaked 2 window(s) until shutdown",
  "image comparison, max difference: 12, number of differing pixels: 840",
  "A promise chain failed to handle a rejection: the actor was destroyed",
] as unknown as readonly [string, ...string[]];
