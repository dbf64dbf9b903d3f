/** The committed study in a real browser: two models compared, a sample in which they differ, its permalink; live and as an export. */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { open, rows, type DifferenceRow } from "../../src/study/index.js";
import { exportView, startView, type View } from "../../src/view/index.js";
import { openBrowser } from "../browser/chromium.js";
import { ROOT } from "../structure/sources.js";
import { needBrowser, newTab } from "./chromium.js";

// Two busy cores are slow; every wait is for a state.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const PATIENCE = 240_000;

const HARD = join(ROOT, "data", "hard");

let browser: Browser;
let view: View;
let folder: string;
let exported: string;

beforeAll(async () => {
  needBrowser();
  browser = await openBrowser();
  view = await startView(HARD, { profile: "full" });
  folder = join(mkdtempSync(join(tmpdir(), "m2rl-export-")), "explore");
  exported = pathToFileURL(
    exportView(HARD, folder, { profile: "full" }).page,
  ).href;
});
afterAll(async () => {
  await browser?.close();
  await view?.close();
  if (folder) rmSync(dirname(folder), { recursive: true, force: true });
});

function newContext(): Promise<BrowserContext> {
  return browser.newContext().then((context) => {
    context.setDefaultTimeout(PATIENCE);
    return context;
  });
}

/** What the cells of a sample show: model, outcome and text. */
function shown(page: Page): Promise<string[]> {
  return page
    .locator("article.completion")
    .evaluateAll((articles) =>
      articles.map((each) => (each as { textContent: string }).textContent),
    );
}

/** Compare all models with SFT, then find where SFT and TIES differ, and open that sample in a fresh tab. */
async function walk(address: string, origin: string): Promise<void> {
  const context = await newContext();
  const { page, wrong } = await newTab(context, origin);
  await page.goto(address);
  await page.locator('[data-model="ties"][data-standing="done"]').waitFor();
  expect(await page.getByRole("status").textContent()).toMatch(
    /^Complete: \d+ stages$/,
  );

  await page.getByRole("link", { name: "Scores" }).click();
  await page.locator("#row-sft").click();
  await page
    .locator("caption", { hasText: "Points more than SFT, paired" })
    .waitFor({ state: "attached" });
  const line = page.locator("tr", { has: page.locator("#row-ties") });
  const own = (
    rows(open(HARD, { profile: "full" }), "differences", {
      temperature: 0,
    }) as DifferenceRow[]
  ).find(
    ({ a, b, benchmark }) =>
      a === "ties" && b === "sft" && benchmark === "average",
  )!;
  expect(await line.locator("td").last().locator(".value").textContent()).toBe(
    `+${own.difference.toFixed(1)}`,
  );

  await page.getByRole("link", { name: "Completions", exact: true }).click();
  await page.locator("#compare-multi").uncheck();
  await page.locator("#check-one-right-the-other-wrong").check();
  await page.locator("#check-with-kept-text").check();
  const task = page
    .locator("button.task", { has: page.locator(".kept") })
    .first();
  await task.click();
  const name = (await task.getAttribute("data-task"))!;
  // A task fits where any of its samples differs: the texts are those of the first.
  await page
    .locator(`[data-sample="${name.replaceAll('"', '\\"')}/0"]`)
    .waitFor();
  const models = await page
    .locator("article.completion")
    .evaluateAll((articles) =>
      articles.map(
        (each) =>
          (each as unknown as { dataset: { model: string } }).dataset.model,
      ),
    );
  expect(models).toEqual(["sft", "ties"]);
  const texts = await shown(page);
  const permalink = page.url();
  expect(permalink).toContain("task=");

  const fresh = await newTab(context, origin);
  await fresh.page.goto(permalink);
  await fresh.page
    .locator(`[data-sample="${name.replaceAll('"', '\\"')}/0"]`)
    .waitFor();
  expect(await shown(fresh.page)).toEqual(texts);
  expect([...wrong, ...fresh.wrong]).toEqual([]);
  await context.close();
}

describe("the page of a finished study", () => {
  test("compares two models, finds a sample in which they differ, and opens its permalink in a fresh tab", () =>
    walk(view.url, new URL(view.url).origin));

  test("does the same from the file system, in at most 40 MB", async () => {
    const sizes = readdirSync(folder, {
      recursive: true,
      encoding: "utf8",
    }).map((name) => statSync(join(folder, name)));
    const bytes = sizes
      .filter((each) => each.isFile())
      .reduce((sum, { size }) => sum + size, 0);
    expect(bytes).toBeLessThanOrEqual(40e6);
    expect(statSync(join(folder, "app.js")).size).toBeLessThanOrEqual(400e3);
    await walk(exported, "file://");
  });

  test("shows each page in both themes, wide and narrow, without an error or a sideways scroll", async () => {
    for (const colorScheme of ["light", "dark"] as const)
      for (const width of [1280, 390]) {
        const context = await browser.newContext({
          colorScheme,
          viewport: { width, height: 844 },
        });
        context.setDefaultTimeout(PATIENCE);
        const { page, wrong } = await newTab(context, "file://");
        await page.goto(exported);
        for (const [name, ready] of [
          ["Graph", ".chip"],
          ["Curves", ".plot"],
          ["Scores", ".sweeps .plot"],
          ["Completions", "article.completion"],
          ["Weights", "table.heat"],
          ["Claims", ".verdict"],
        ] as const) {
          await page.getByRole("link", { name, exact: true }).click();
          await page.locator(ready).first().waitFor();
          const over = await page.evaluate<number>(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth",
          );
          expect(over, `${name} at ${width} pixels`).toBeLessThanOrEqual(0);
        }
        expect(wrong).toEqual([]);
        await context.close();
      }
  });

  test("is reached by keyboard alone: a page, a model, its panel, and back", async () => {
    const context = await newContext();
    const { page, wrong } = await newTab(context, "file://");
    await page.goto(exported);
    await page.locator(".chip").first().waitFor();
    const press = async (until: string): Promise<void> => {
      for (let i = 0; i < 200; i++) {
        await page.keyboard.press("Tab");
        if (
          await page.evaluate(
            `document.activeElement?.matches(${JSON.stringify(until)})`,
          )
        )
          return;
      }
      throw new Error(`Tab never reaches ${until}`);
    };
    await press('[data-model="math"]');
    await page.keyboard.press("Enter");
    await page.locator("#model-panel").waitFor();
    expect(await page.locator("#model-panel").textContent()).toContain(
      "learningRate",
    );
    await press("#close-panel");
    await page.keyboard.press("Enter");
    await page.locator("#model-panel").waitFor({ state: "detached" });
    expect(wrong).toEqual([]);
    await context.close();
  });

  test("has a name for every control, and a text for every plot", async () => {
    const context = await newContext();
    const { page } = await newTab(context, "file://");
    await page.goto(exported);
    for (const name of [
      "Curves",
      "Scores",
      "Completions",
      "Weights",
      "Claims",
    ]) {
      await page.getByRole("link", { name, exact: true }).click();
      await page
        .locator("main table, main article")
        .first()
        .waitFor({ state: "attached" });
      const nameless = await page
        .locator("main button, main input, main select, main svg[role=img]")
        .evaluateAll(
          (elements) =>
            elements.filter((element) => {
              const own = element as unknown as {
                textContent: string;
                getAttribute(name: string): string | null;
                closest(selector: string): { textContent: string } | null;
              };
              return (
                own.textContent.trim() === "" &&
                own.getAttribute("aria-label") === null &&
                (own.closest("label")?.textContent.trim() ?? "") === ""
              );
            }).length,
        );
      expect([name, nameless]).toEqual([name, 0]);
    }
    await context.close();
  });
});
