/** A study from a notebook. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { study } from "../../src/index.js";
import { ROOT } from "../structure/sources.js";

test("study.view shows the link and the main plots, and serves the page until it is closed", async () => {
  const shown: string[] = [];
  const display = {
    svg: (svg: string) => shown.push(svg.slice(0, 4)),
    text: (text: string) => shown.push(text),
  };
  const hard = study.open(join(ROOT, "data", "hard"), { profile: "full" });
  const page = await study.view(hard, { display });
  expect(shown).toEqual([page.url, "<svg", "<svg", "<svg"]);
  const [graph, rewards, scores] = page.figures.map(({ svg }) => svg);
  expect(graph).toContain("experts (5)");
  expect(rewards).toContain("Mixed");
  expect(scores).toContain("MT-OPD");
  expect((await fetch(page.url)).status).toBe(200);
  await page.close();
  await expect(fetch(page.url)).rejects.toThrow();
});
