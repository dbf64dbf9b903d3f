/** What `scripts/gpu-check.sh` measures on a GPU runs on the CPU, by the code of other devices and in tiny sizes. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..", "..", "..");

interface Work {
  name: string;
  dtype: string;
  peer?: boolean | "only";
}
const { WORK, workOf } = (await import(
  join(ROOT, "scripts", "gpu", "work.mjs")
)) as { WORK: Work[]; workOf: (name: string) => Work };

test.each(WORK.filter(({ peer }) => peer !== "only"))(
  "$name",
  ({ name, dtype }) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, "scripts", "gpu", "measure.mjs"), name, "--tiny"],
      {
        encoding: "utf8",
        env: {
          ...process.env,
          ...{ M2RL_DTYPE: dtype, M2RL_TORCH_LOOPS: "0" },
          OMP_NUM_THREADS: "1",
        },
      },
    );
    expect(status, stderr).toBe(0);
    const { seconds, engine, ...rest } = JSON.parse(stdout) as {
      seconds: number;
      engine: { backend: string; dtype: string };
    };
    expect(seconds).toBeGreaterThan(0);
    expect(engine).toMatchObject({ backend: "torch", dtype });
    for (const value of Object.values(rest))
      expect(Number.isFinite(value)).toBe(true);
  },
);

test("an unknown measurement is named", () => {
  expect(() => workOf("train 9b")).toThrow(/must be one of .*, got train 9b/);
});
