/** A study in a real browser while it runs: the graph and a curve change, and a run that is killed is said to be. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startView, type View } from "../../src/view/index.js";
import { openBrowser } from "../browser/chromium.js";
import { ROOT } from "../structure/sources.js";
import { picoStudy } from "../study/pico.js";
import { needBrowser, newTab } from "./chromium.js";

// Two busy cores are slow; every wait is for a state.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });
const PATIENCE = 500_000;

/** The second run has more steps than anyone waits for: it ends when it is killed. */
const STUDY = `name: pico
base: base
domains: [math]
seeds: [1]
models:
  sft: { by: sft, from: base, steps: 2, batchSize: 2, learningRate: 0.001, care: 0.5, slip: 0.1 }
  multi: { by: rl, from: sft, steps: 1000000, promptsPerStep: 1, groupSize: 2, learningRate: 0.0001 }
measures:
  scores: { models: [sft, multi], benchmarks: [aime24], items: 2, samples: 1 }
profiles:
  quick: {}
`;

let browser: Browser;
let context: BrowserContext;
let folder: string;
let view: View;
let run: ChildProcess | undefined;

beforeAll(async () => {
  needBrowser();
  browser = await openBrowser();
  context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE);
  folder = picoStudy(STUDY);
  view = await startView(folder, { every: 100 });
});
afterAll(async () => {
  run?.kill("SIGKILL");
  await browser?.close();
  await view?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("the page follows a run: graph, progress, a curve, and its death", async () => {
  const { page, wrong } = await newTab(context, new URL(view.url).origin);
  await page.goto(view.url);
  const chip = (model: string, standing: string) =>
    page.locator(`[data-model="${model}"][data-standing="${standing}"]`);
  await chip("sft", "ready").waitFor();
  await chip("multi", "waiting").waitFor();
  expect(page.url()).not.toContain("token");

  run = spawn(
    process.execPath,
    [join(ROOT, "dist", "cli.js"), "run", folder, "--jobs", "1"],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => run!.once("exit", resolve));
  await chip("sft", "done").waitFor();
  await chip("multi", "running").waitFor();
  await page
    .locator("[data-stage='seed1/models/multi'][data-standing=running]")
    .waitFor();
  await page
    .getByRole("row", { name: /seed1\/models\/multi.*\d+ of 1000000/ })
    .waitFor();
  await page
    .getByRole("status")
    .filter({ hasText: /^Running: 1 under way, 1 of 5 stages done/ })
    .waitFor();

  await page.getByRole("link", { name: "Curves" }).click();
  const points = async (): Promise<number> =>
    Number(await page.locator("[data-points]").getAttribute("data-points"));
  await page.locator("[data-points]").waitFor();
  const before = await points();
  await expect.poll(points, { timeout: PATIENCE }).toBeGreaterThan(before);

  run.kill("SIGKILL");
  await ended;
  await page
    .getByRole("status")
    .filter({
      hasText:
        "The run was killed: 1 of 5 stages done; run the same command to resume",
    })
    .waitFor();
  await page.getByRole("link", { name: "Graph" }).click();
  await chip("multi", "killed").waitFor();
  await page
    .locator("[data-stage='seed1/models/multi'][data-standing=killed]")
    .waitFor();
  expect(wrong).toEqual([]);
});

test("a stage that fails is shown with its error", async () => {
  const own = picoStudy(STUDY.replace("steps: 1000000", "steps: 2"));
  const served = await startView(own, { every: 100 });
  try {
    const { page, wrong } = await newTab(context, new URL(served.url).origin);
    await page.goto(served.url);
    await page.locator('[data-model="sft"][data-standing="ready"]').waitFor();
    // A file where the stage must make a folder.
    mkdirSync(join(own, "runs/quick/seed1"), { recursive: true });
    writeFileSync(join(own, "runs/quick/seed1/train"), "in the way");
    const failing = spawn(
      process.execPath,
      [join(ROOT, "dist", "cli.js"), "run", own, "--jobs", "1"],
      { stdio: "ignore" },
    );
    await new Promise((resolve) => failing.once("exit", resolve));
    await page.locator('[data-model="sft"][data-standing="failed"]').waitFor();
    await page
      .getByRole("status")
      .filter({ hasText: /^The run failed: 0 of 5 stages done, 1 failed$/ })
      .waitFor();
    expect(
      await page.getByRole("row", { name: /seed1\/models\/sft/ }).textContent(),
    ).toMatch(/train/);
    expect(wrong).toEqual([]);
  } finally {
    await served.close();
    rmSync(own, { recursive: true, force: true });
  }
});
