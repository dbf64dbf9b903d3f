/** Text of models is never markup: completions, prompts, names and reasons that try to be, in a real browser. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { exportView, startView } from "../../src/view/index.js";
import { openBrowser } from "../browser/chromium.js";
import { picoStudy } from "../study/pico.js";
import { needBrowser, newTab } from "./chromium.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const HOSTILE = [
  `<img src=x onerror="window.hacked=1">`,
  `<script>window.hacked=1</script>`,
  `</pre></article></script><script>window.hacked=1</script>`,
  `<svg onload="window.hacked=1"><a href="javascript:window.hacked=1">x</a></svg>`,
  `<think><iframe srcdoc="<script>parent.hacked=1</script>"></think><style>*{display:none}</style>`,
  `<tool_call>{"name":"<img src=x onerror=window.hacked=1>"}</tool_call>`,
  `\u2028\u2029\u0000\u202e"');window.hacked=1;//`,
  `<meta http-equiv="refresh" content="0;url=http://example.invalid/"><base href="http://example.invalid/">`,
  `<link rel=stylesheet href=http://example.invalid/a.css> ![](http://example.invalid/a.png)`,
];

let browser: Browser;
let folder: string;

beforeAll(async () => {
  needBrowser();
  browser = await openBrowser();
  folder = picoStudy();
  const header = {
    benchmark: "aime24",
    items: HOSTILE.length,
    samples: 1,
    seed: 1,
    temperature: 1,
    topP: 1,
    tasks: "",
    model: "",
  };
  for (const model of ["sft", "multi"]) {
    const own = join(folder, "runs/quick/seed1/scores", model);
    mkdirSync(own, { recursive: true });
    const records = HOSTILE.map((text) => ({
      task: text,
      sample: 0,
      reward: 0,
      outcome: "wrong",
      finish: "stop",
      tokens: 3,
      completion: text,
      detail: text,
      pieces: [[text, -2]],
    }));
    writeFileSync(
      join(own, "aime24.jsonl"),
      [header, ...records].map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  }
});
afterAll(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function look(address: string, origin: string): Promise<void> {
  const context = await browser.newContext();
  context.setDefaultTimeout(240_000);
  const { page, wrong } = await newTab(context, origin);
  await page.goto(address);
  await page.getByRole("link", { name: "Completions" }).click();
  await page.locator("#task-0").waitFor();
  expect(await page.locator("button.task").count()).toBe(HOSTILE.length);
  for (const [i, text] of HOSTILE.entries()) {
    await page.locator(`#task-${i}`).click();
    await expect
      .poll(() => page.locator("[data-sample]").getAttribute("data-sample"), {
        timeout: 240_000,
      })
      .toBe(`${text}/0`);
    expect(await rawText(page)).toBe(text);
    expect(
      await page
        .locator(
          "main :is(img, script, iframe, style, link, meta, base, object, embed)",
        )
        .count(),
    ).toBe(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("main a[href^='javascript']").count()).toBe(0);
  }
  expect(wrong).toEqual([]);
  await context.close();
}

/** The text of the first model exactly as it was written. */
function rawText(page: Page): Promise<string | null> {
  return page.locator("article.completion pre.raw").first().textContent();
}

describe("hostile completions", () => {
  test("stay text on the live page", async () => {
    const view = await startView(folder);
    try {
      await look(view.url, new URL(view.url).origin);
    } finally {
      await view.close();
    }
  });

  test("stay text in an export", async () => {
    const out = mkdtempSync(join(tmpdir(), "m2rl-hostile-"));
    const { page } = exportView(folder, join(out, "site"));
    await look(pathToFileURL(page).href, "file://");
    rmSync(out, { recursive: true, force: true });
  });
});
