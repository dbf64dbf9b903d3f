/** The torch engine's errors, its memory, and that it computes the same bytes again and what the other engine computes. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startEngine, tf, type Tensor } from "../../../src/engine/index.js";
import { loadedNative } from "../../../src/engine/torch/native.js";
import { EngineError } from "../../../src/error.js";
import { initParams, Policy } from "../../../src/model/index.js";
import { Learner, sftLosses } from "../../../src/train/index.js";
import { PICO } from "../../model/pico.js";

startEngine();

describe("errors", () => {
  test("name the operation and its shapes", () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    const wrong = (): Tensor => tf.gather(x, tf.tensor1d([7], "int32"));
    expect(wrong).toThrow(EngineError);
    expect(wrong).toThrow(
      /^GatherV2: must run on float32 \(2, 3\), int32 \(1\), got "index out of range/,
    );
  });

  test("tell what is not known", () => {
    expect(() => loadedNative().free(12345)).toThrow(
      "there is no tensor with handle 12345",
    );
    expect(() => tf.tensor(["text"])).toThrow(
      "the torch engine has tensors of float32, int32, bool, got string",
    );
  });
});

/** Run the worker of this folder in a process of its own. */
function compute(env: Record<string, string>): {
  status: number | null;
  stderr: string;
  result: {
    scores: number[];
    losses: number[];
    texts: number[][];
    hash: string;
    engine: object;
  };
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "compute.mjs")],
    { encoding: "utf8", env: { ...process.env, ...env } },
  );
  const line = stdout.trim().split("\n").at(-1)!;
  return {
    status,
    stderr,
    result: status === 0 ? JSON.parse(line) : undefined,
  };
}

function largestGap(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

describe("training, scoring and sampling in processes of their own", () => {
  const one = compute({ M2RL_ENGINE: "torch", OMP_NUM_THREADS: "1" });

  test.each(["1", "2"])(
    "give the same bytes again with %s thread(s)",
    (threads) => {
      const runs = [0, 1].map(() =>
        compute({ M2RL_ENGINE: "torch", OMP_NUM_THREADS: threads }),
      );
      expect(runs[0]!.status, runs[0]!.stderr).toBe(0);
      expect(runs[1]!.result).toEqual(runs[0]!.result);
    },
  );

  test("agree with the TensorFlow engine", () => {
    const { result, status, stderr } = compute({ M2RL_ENGINE: "tensorflow" });
    expect(status, stderr).toBe(0);
    expect(largestGap(one.result.scores, result.scores)).toBeLessThan(1e-4);
    expect(largestGap(one.result.losses, result.losses)).toBeLessThan(1e-3);
    expect(one.result.texts).toEqual(result.texts);
  });

  test("agree with the code of other devices, run on the CPU", () => {
    const { result, status, stderr } = compute({
      ...{ M2RL_ENGINE: "torch", M2RL_TORCH_LOOPS: "0" },
    });
    expect(status, stderr).toBe(0);
    expect(largestGap(one.result.scores, result.scores)).toBeLessThan(1e-4);
    expect(largestGap(one.result.losses, result.losses)).toBeLessThan(1e-3);
    expect(one.result.texts).toEqual(result.texts);
  });

  test("are near in bfloat16, which is reported", () => {
    const { result, status, stderr } = compute({
      ...{ M2RL_ENGINE: "torch", M2RL_DTYPE: "bfloat16" },
    });
    expect(status, stderr).toBe(0);
    expect(result.engine).toMatchObject({ dtype: "bfloat16" });
    // 8 bits of a mantissa: 2⁻⁸ of a log-probability of some nats
    expect(largestGap(one.result.scores, result.scores)).toBeLessThan(0.3);
    expect(result.losses[0]).toBeCloseTo(one.result.losses[0]!, 1);
    expect(result.hash).not.toBe(one.result.hash);
  });

  test("are near in tf32, which a CPU may compute as float32", () => {
    const { result, status, stderr } = compute({
      ...{ M2RL_ENGINE: "torch", M2RL_DTYPE: "tf32" },
    });
    expect(status, stderr).toBe(0);
    expect(result.engine).toMatchObject({ dtype: "tf32" });
    expect(largestGap(one.result.scores, result.scores)).toBeLessThan(0.1);
  });

  test.each([
    [
      "M2RL_ENGINE",
      "jax",
      "chosenEngine: M2RL_ENGINE must be one of tensorflow, torch, got jax",
    ],
    [
      "M2RL_DEVICE",
      "tpu",
      "startEngine: M2RL_DEVICE must be one of cpu, cuda, mps, got tpu",
    ],
    [
      "M2RL_DTYPE",
      "int8",
      "startEngine: M2RL_DTYPE must be one of float32, bfloat16, tf32, got int8",
    ],
  ])("stop where %s is %s", (name, value, message) => {
    const { status, stderr } = compute({ M2RL_ENGINE: "torch", [name]: value });
    expect(status).not.toBe(0);
    expect(stderr).toContain(`EngineError: ${message}`);
  });
});

test("data frames, which load TensorFlow, leave the engine running", () => {
  type Danfo = typeof import("danfojs-node");
  const { DataFrame } = createRequire(import.meta.url)("danfojs-node") as Danfo;
  expect(tf.getBackend()).toBe("torch");
  const frame = new DataFrame({ a: [1, 2, 3] });
  const column = frame.tensor as unknown as Tensor;
  expect([...tf.mul(column, 2).dataSync()]).toEqual([2, 4, 6]);
  expect(tf.getBackend()).toBe("torch");
});

test("updates and forward passes leave no tensor behind in the library", () => {
  const policy = Policy.fromParams(initParams(PICO, 1), PICO);
  const settings = { betas: [0.9, 0.98], weightDecay: 0.1, clip: 1 } as const;
  const learner = new Learner(policy, settings);
  const rows = [{ tokens: [1, 2, 3, 4], mask: [true, true, true, true] }];
  const update = (): void =>
    void learner.update(sftLosses(PICO, rows, 100), 1e-3, "test");
  update();
  const [live, tensors] = [loadedNative().live(), tf.memory().numTensors];
  for (let i = 0; i < 20; i++) update();
  expect(loadedNative().live()).toBe(live);
  expect(tf.memory().numTensors).toBe(tensors);
  learner.dispose();
});
