/** What a run prints, with a clock that the test moves. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Stage } from "../../../src/study/index.js";
import { terminalProgress } from "../../../src/study/run/terminal.js";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

const stage: Stage = {
  ...{ id: "seed1/models/sft", kind: "sft", seed: 1, model: "sft", spec: {} },
  ...{ inputs: {}, outputs: [] },
  work: { seconds: 10, forward: 0, trained: 0 },
};

test("terminalProgress says that it estimates before anything is timed, then how long about", () => {
  let text = "";
  const tell = terminalProgress({ write: (more) => (text += more) });
  for (const left of [null, 185]) {
    vi.advanceTimersByTime(10_000);
    tell({
      ...{ type: "progress", stage, seconds: 10, done: 1, total: 4 },
      overview: { finished: 0, stages: 2, seconds: 10, left },
    });
  }
  expect(text).toBe(
    "  0/2 stages · 10 s · estimating what is left · seed1/models/sft 1/4\n" +
      "  0/2 stages · 10 s · about 3 min 05 s left · seed1/models/sft 1/4\n",
  );
});
