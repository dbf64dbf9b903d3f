/** How the tests run: each file in a process of its own, since the tensor engine is a native addon with global state. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // The engine itself uses every core; two processes hide its start-up, more only cost memory (0.4 GB each).
    maxWorkers: Math.min(2, availableParallelism()),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
    passWithNoTests: false,
  },
});
