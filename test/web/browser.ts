import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "../servers/chromium.ts";

/** A name that resolves to this machine, like that of an attacker who has pointed it here. */
export const REBOUND_HOST = "rebound.example";

const viewport = { width: 1280, height: 800 };
/** How long a page may take for one step. On a busy machine, Playwright's own limit of 30 s is short. */
const LIMIT_MS = 50_000;

/** A headless Chromium. */
export interface TestBrowser {
  readonly name: string;
  /**
   * Returns the page that is shared by all tests of a file that need no profile of their own, empty and 1280 x 800. It costs less than a
   * new
   * page. No test closes it.
   */
  samePage(): Promise<Page>;
  /** Opens a page in a new profile, 1280 x 800. @param options - such as `{ colorScheme: "dark" }`, `{ javaScriptEnabled: false }`. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/**
 * Starts Chromium. One browser for a whole test file is enough, at its top:
 * const chromium = await serverOrSkip(openBrowser);
 * chromium.describe("the grid", () => { ... await chromium.server().newPage() ... });
 * @throws ServerMissing if there is no Chromium.
 */
export async function openBrowser(): Promise<TestBrowser> {
  const { name, path } = await findChromium();
  const browser: Browser = await chromium.launch({
    executablePath: path,
    // Chromium's sandbox does not run as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [`--host-resolver-rules=MAP ${REBOUND_HOST} 127.0.0.1`],
  });
  let same: Promise<Page> | null = null;

  async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport, ...options });
    context.setDefaultTimeout(LIMIT_MS);
    const page = await context.newPage();
    // Closing a page closes its profile. If the whole browser has ended, there is no profile left to close.
    page.once("close", () => void context.close().catch(() => undefined));
    return page;
  }

  return {
    name,
    async samePage() {
      same ??= newPage();
      const page = await same;
      await page.setViewportSize(viewport);
      // Without this, navigating to another fragment of the same document would not reload it.
      await page.goto("about:blank");
      return page;
    },
    newPage,
    close: () => browser.close(),
  };
}
