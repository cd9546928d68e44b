import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findChromium } from "../servers/chromium.ts";

/** A name that leads to this machine, as a name of somebody else's does whose owner has pointed it here. */
export const REBOUND_HOST = "rebound.example";

/** A Chromium without a window. */
export interface TestBrowser {
  readonly name: string;
  /** Opens a page in a fresh profile, 1280 x 800. @param options - such as `{ colorScheme: "dark" }`, `{ javaScriptEnabled: false }`. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

/**
 * Starts Chromium. One for a whole test file is enough, at its top:
 *
 *     const chromium = await serverOrSkip(openBrowser);
 *     chromium.describe("the grid", () => { ... await chromium.server().newPage() ... });
 *
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
  return {
    name,
    async newPage(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      // A closed page closes its profile. If the whole browser ends, there is no profile left to close.
      page.once("close", () => void context.close().catch(() => undefined));
      return page;
    },
    close: () => browser.close(),
  };
}
