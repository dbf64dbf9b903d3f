/** How the tests run: each file in a process of its own, since the tensor engine is a native addon with global state. */
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

export default defineConfig({
  test: {
    globalSetup: "test/temporaryFolder.ts",
    include: ["test/**/*.test.ts"],
    exclude: [
      ...(process.env.M2RL_TEST_FAST === "1" ? SLOW : []),
      ...(process.env.M2RL_TEST_ALL === "1" ? [] : [ON_DEMAND]),
    ],
    pool: "forks",
    // The engine itself uses every core; two processes hide its start-up, more only cost memory (0.4 GB each).
    maxWorkers: Math.min(2, availableParallelism()),
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
    passWithNoTests: false,
  },
});
