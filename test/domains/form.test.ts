import { expect, test } from "vitest";
import { inForm, spec, turnLimit, type Task } from "../../src/domains/index.js";

const task: Task = {
  ...{ id: "1+1", domain: "math", kind: "sum", prompt: "1+1?" },
  data: { answer: 2 },
};

test("inForm(task, form) leaves a task in the form of its domain as it is, and never changes it", () => {
  expect(inForm(task, {})).toBe(task);
  expect(inForm(task, { template: "ours", gate: "think" })).toBe(task);
  expect(inForm(task, { maxNewTokens: { science: 9 } })).toBe(task);
  const formed = inForm(task, {
    ...{ template: "folder", gate: "none" },
    maxNewTokens: { math: 48 },
  });
  expect(formed.form).toEqual({
    ...{ template: "folder", gate: "none", maxNewTokens: 48 },
  });
  expect(task.form).toBe(undefined);
  expect([turnLimit(task), turnLimit(formed)]).toEqual([
    spec("math").maxNewTokens,
    48,
  ]);
});
