/** The scripts of examples/, run as a reader runs them. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { ROOT } from "../structure/sources.js";

async function example(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join("examples", `${name}.mjs`), ...args],
    { cwd: ROOT },
  );
  return stdout;
}

function numbers(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(([, number]) => Number(number));
}

describe("examples/", () => {
  test("toolEnvironment answers a refused and a repaired call, and ends with reward 1", async () => {
    const text = await example("toolEnvironment");
    expect(text).toContain('{"error": "not enough money"}\n{"euros": 15}\n');
    expect(text).toMatch(/repaired: true/);
    expect(text).toContain("reward: 1");
  });

  test("merge keeps the direction of nearly all that experts changed", async () => {
    const kept = numbers(await example("merge"), /([\d.]+) %/g);
    expect(kept).toHaveLength(4);
    for (const share of kept) expect(share).toBeGreaterThan(85);
  });

  test("grpo trains an expert and prints the reward of each step", async () => {
    const rewards = numbers(
      await example("grpo", "math", "2"),
      /mean reward ([\d.]+)/g,
    );
    expect(rewards).toHaveLength(2);
    for (const reward of rewards) expect(reward).toBeGreaterThan(0);
  });

  test("evaluate scores a model sampled and greedily, with intervals", async () => {
    const text = await example("evaluate", "data/nano/base", "8");
    const scores = numbers(text, /T = [01]: ([\d.]+)/g);
    expect(scores).toHaveLength(4);
    expect(Math.min(...scores.slice(2))).toBeGreaterThan(
      Math.min(...scores.slice(0, 2)),
    );
  });
});
