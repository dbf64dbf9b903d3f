/** The documentation as a reader meets it: made by the command, every link followed, pages opened in a real browser. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browserPath, openBrowser } from "../browser/chromium.js";
import { serveFolder } from "../browser/serveFolder.js";
import { ROOT } from "../structure/sources.js";

/** Links and pictures of a page that lead to files which are not there. */
function deadLinks(site: string, page: string): string[] {
  const html = readFileSync(page, "utf8");
  return [...html.matchAll(/\s(?:href|src)="([^"#?]+)[^"]*"/g)]
    .map(([, target]) => decodeURI(target!.replaceAll("&amp;", "&")))
    .filter((target) => !/^(?:[a-z]+:|\/\/)/i.test(target))
    .filter((target) => !existsSync(join(dirname(page), target)))
    .map((target) => `${relative(site, page)}: ${target}`);
}

describe("npm run docs", () => {
  let site: string;

  beforeAll(() => {
    site = join(mkdtempSync(join(tmpdir(), "m2rl-docs-")), "site");
    execFileSync(
      process.execPath,
      [join(ROOT, "scripts", "docs.mjs"), "--out", site],
      { encoding: "utf8", stdio: "pipe" },
    );
  }, 300_000);

  afterAll(() => {
    rmSync(dirname(site), { recursive: true, force: true });
  });

  test("makes pages whose every link leads somewhere", () => {
    const pages = readdirSync(site, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".html"))
      .map((name) => join(site, name));
    expect(pages.length).toBeGreaterThan(500);
    expect(pages.flatMap((page) => deadLinks(site, page))).toEqual([]);
  });

  test("shows guide, notebooks with their figures, and a reference that can be searched, asking no other host", async () => {
    expect(
      browserPath(),
      "a browser is needed; `apt-get install chromium`, or name one in M2RL_CHROMIUM",
    ).toBeDefined();
    const served = await serveFolder(site);
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      const foreign: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") errors.push(message.text());
      });
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("request", (request) => {
        if (!request.url().startsWith(served.origin))
          foreign.push(request.url());
      });
      await page.goto(`${served.origin}/index.html`);
      expect(await page.title()).toContain("m2rl");
      await page.getByRole("link", { name: "04-mix-or-merge" }).click();
      await page.waitForSelector("h1:has-text('Mix or merge?')");
      const widths = await page
        .locator("main img, .col-content img")
        .evaluateAll((images) =>
          images.map(
            (image) => (image as { naturalWidth: number }).naturalWidth,
          ),
        );
      expect(widths.length).toBeGreaterThan(1);
      expect(widths.every((width) => width > 100)).toBe(true);
      await page.keyboard.press("Control+k");
      await page.locator("#tsd-search-input").fill("dareTies");
      await page
        .locator("#tsd-search-results li", { hasText: "dareTies" })
        .first()
        .waitFor();
      await page.goto(`${served.origin}/index.html`);
      await page.getByRole("link", { name: "Explore" }).first().click();
      await page.locator("[data-model='ties'][data-standing='done']").waitFor();
      expect(errors).toEqual([]);
      expect(foreign).toEqual([]);
    } finally {
      await browser.close();
      served.close();
    }
  }, 120_000);
});
