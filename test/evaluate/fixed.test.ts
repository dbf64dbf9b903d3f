/** The benchmarks are fixed for ever: a change of any task would make committed records mean something else. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BENCHMARK_NAMES, benchmark } from "../../src/evaluate/index.js";

const FIXED: Readonly<Record<string, string>> = {
  aime24: "8c0febf2ecf28880",
  aime25: "f55eae108f335274",
  lcbV5: "946ece5e1b0df1d0",
  lcbV6: "5b92e98aac5db9d0",
  hle: "85569e46c5359a7c",
  gpqa: "5bea2f3004ded96e",
  ifeval: "3e595c5f6042a501",
  ifbench: "6735fa3121033241",
  bfcl: "7fba9252936309e0",
};

describe("benchmark(name)", () => {
  it.each(BENCHMARK_NAMES)("%s has the tasks it always had", (name) => {
    const tasks = JSON.stringify(
      benchmark(name).map(({ id, prompt, data }) => [id, prompt, data]),
    );
    const hash = createHash("sha256").update(tasks).digest("hex").slice(0, 16);
    expect(hash).toBe(FIXED[name]);
  });
});
