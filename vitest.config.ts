/** How the tests run: each file in a process of its own, since a tensor engine is a native addon with global state. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** What `npm test -- --fast` leaves out: whole studies, training runs, the set-up. Half of the time of all tests. */
const SLOW = [
  "test/setup/**",
  "test/study/run.test.ts",
  "test/train/stages.test.ts",
];

/** What only `npm test -- --all` runs. */
const ON_DEMAND = "test/**/*.all.test.ts";

/** Left out in every project. */
const LEFT_OUT = [
  ...(process.env.M2RL_TEST_FAST === "1" ? SLOW : []),
  ...(process.env.M2RL_TEST_ALL === "1" ? [] : [ON_DEMAND]),
];

/** Everything, on the default engine. */
const TENSORFLOW = {
  extends: true as const,
  test: {
    name: "tensorflow",
    include: ["test/**/*.test.ts"],
    exclude: [...LEFT_OUT, "test/engine/torch/**"],
    env: { M2RL_ENGINE: "tensorflow" },
  },
};

/** What computes, once more on the second engine. */
const TORCH = {
  extends: true as const,
  test: {
    name: "torch",
    include: ["test/{engine,model,train}/**/*.test.ts"],
    exclude: [...LEFT_OUT, "test/engine/tensorflow/**"],
    env: { M2RL_ENGINE: "torch" },
  },
};

/** The set-up leaves it where it has compiled that engine. */
const hasTorch = existsSync(new URL(".cache/torch/m2rl.json", import.meta.url));

export default defineConfig({
  test: {
    globalSetup: "test/temporaryFolder.ts",
    projects: hasTorch ? [TENSORFLOW, TORCH] : [TENSORFLOW],
    pool: "forks",
    // The engine itself uses every core; two processes hide its start-up, more only cost memory (0.4 GB each).
    maxWorkers: Math.min(2, availableParallelism()),
    // Two busy cores are slow, and no test waits for a time to pass.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Processes, a browser and a cluster on an unknown machine: in CI a test that fails is run once more, and the report says so.
    retry: process.env.CI === "true" ? 1 : 0,
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
    passWithNoTests: false,
  },
});
