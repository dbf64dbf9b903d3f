/** What is left of a run: the plan's estimate, scaled by what is measured, on a clock that the test moves. */
import { describe, expect, it } from "vitest";
import type { Stage } from "../../../src/study/index.js";
import { Advance } from "../../../src/study/run/advance.js";

/** A stage that is estimated at these seconds and waits for others. */
function stage(id: string, seconds: number, ...after: string[]): Stage {
  return {
    ...{ id, kind: "sft", seed: 1, model: id, spec: {}, outputs: [] },
    inputs: Object.fromEntries(
      after.map((each) => [each, { stage: each, path: each }]),
    ),
    work: { seconds, forward: 0, trained: 0 },
  };
}

/** A run with its clock, in seconds. */
function clocked(stages: Stage[], jobs: number) {
  let seconds = 0;
  const advance = new Advance(stages, jobs, () => 1000 * seconds);
  return {
    advance,
    left: () => advance.overview().left,
    wait: (more: number) => void (seconds += more),
  };
}

describe("Advance", () => {
  const sft = stage("sft", 10);
  const math = stage("math", 40, "sft");
  const code = stage("code", 40, "sft");

  it("estimates nothing before a part of a stage is timed, however long that takes", () => {
    const { advance, left, wait } = clocked([sft, math, code], 2);
    expect(left()).toBeNull();
    advance.start(sft);
    wait(600);
    expect(left()).toBeNull();
    advance.step(sft, 0.01);
    expect(left()).toBeNull();
    wait(1);
    expect(left()).toBeNull();
  });
  it("scales the plan's estimate by what is timed between the reports of running stages, start-up aside", () => {
    const { advance, left, wait } = clocked([sft, math, code], 1);
    advance.start(sft);
    wait(7);
    advance.step(sft, 0.1);
    wait(20);
    // 5 of the 10 estimated seconds took 20: 4 times as long as planned.
    expect(advance.step(sft, 0.6)).toBe(27);
    expect(left()).toBeCloseTo(4 * (4 + 40 + 40), 10);
    // Time without news changes nothing.
    wait(100);
    expect(left()).toBeCloseTo(4 * (4 + 40 + 40), 10);
  });
  it("takes what an earlier run had done of a stage as done, and not as fast", () => {
    const { advance, left, wait } = clocked([sft], 1);
    advance.start(sft);
    wait(1);
    advance.step(sft, 0.9);
    expect(left()).toBeNull();
    wait(2);
    advance.step(sft, 0.95);
    expect(left()).toBeCloseTo(2, 10);
  });
  it("is no shorter than the longest chain of stages that wait for each other", () => {
    const rows = stage("rows", 5, "math", "code");
    const { advance, left } = clocked([sft, math, code, rows], 8);
    advance.start(sft);
    advance.finish(sft, 20);
    expect(left()).toBeCloseTo(2 * (40 + 5), 10);
    advance.sideBySide(1);
    expect(left()).toBeCloseTo(2 * (40 + 40 + 5), 10);
  });
  it("counts stages that were found done as no work, and nothing is left in the end", () => {
    const { advance, left } = clocked([sft, math], 1);
    advance.skip(sft);
    expect(left()).toBeNull();
    advance.start(math);
    advance.finish(math, 60);
    expect(advance.overview()).toMatchObject({ finished: 2, stages: 2 });
    expect(left()).toBe(0);
  });
  it("forgets how far a stage was that failed", () => {
    const { advance, left, wait } = clocked([sft, math], 1);
    advance.start(sft);
    advance.step(sft, 0.1);
    wait(10);
    advance.step(sft, 0.6);
    advance.fail(sft);
    expect(left()).toBeNull();
  });
});
