/** A page in a real browser that notes everything that must not happen. */
import { expect } from "vitest";
import type { BrowserContext, Page } from "playwright-core";
import { browserPath } from "../browser/chromium.js";

/** A page with what it did wrong. */
export interface WatchedPage {
  page: Page;
  /** Errors of the console and of scripts, and requests to other hosts; must stay empty. */
  wrong: string[];
}

/** Say what is missing where no browser is installed. */
export function needBrowser(): void {
  expect(
    browserPath(),
    "a browser is needed; `apt-get install chromium`, or name one in M2RL_CHROMIUM",
  ).toBeDefined();
}

/**
 * A new tab.
 *
 * @param origin  where everything that the page asks for must begin
 */
export async function newTab(
  context: BrowserContext,
  origin: string,
): Promise<WatchedPage> {
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:"))
      wrong.push(`request: ${url}`);
  });
  return { page, wrong };
}
