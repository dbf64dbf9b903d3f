/** One update: what it does to weights and moments, what it reports, what it leaves alone. */
import { describe, expect, test } from "vitest";
import { startEngine, tf } from "../../../src/engine/index.js";
import { sftLosses } from "../../../src/train/index.js";
import { PICO } from "../../model/pico.js";
import { picoLearner } from "../fixture.js";
import { sizeOf, toBf16 } from "../../../src/checkpoint/index.js";
import type { Loss } from "../../../src/train/optim/gradient.js";

startEngine();

/** Two rows with marked tokens. */
const batch = [
  { tokens: [5, 9, 3, 17, 2], mask: [false, false, true, true, true] },
  { tokens: [7, 1, 40], mask: [false, true, true] },
];

/** Σ a (w − c)² / 2 over every weight: its gradient is a (w − c), known without a backward pass. */
const bowl =
  (a: number, c: number): Loss =>
  (weights) =>
    tf.addN(
      [...weights.values()].map((w) =>
        tf.mul(tf.sum(tf.square(tf.sub(w, c))), a / 2),
      ),
    );

/** All weights of a learner, one after the other. */
const values = (learner: ReturnType<typeof picoLearner>): number[] =>
  [...learner.policy.weights.values()].flatMap((w) => [...w.dataSync()]);

describe("Learner", () => {
  test("holds the same number of tensors after 100 updates", () => {
    const learner = picoLearner({ store: "bfloat16" });
    const losses = sftLosses(PICO, batch.slice(1, 2), 100);
    learner.update(losses, 1e-3, "leak");
    const before = tf.memory().numTensors;
    for (let step = 0; step < 100; step++) learner.update(losses, 1e-3, "leak");
    expect(tf.memory().numTensors).toBe(before);
    learner.dispose();
  });

  test("stops with a TrainError that names step, seed and tensor, and keeps its weights", () => {
    const learner = picoLearner();
    const name = "model.layers.1.mlp.up_proj.weight";
    const old = learner.policy.weights.get(name)!;
    learner.policy.weights.set(name, tf.mul(old, NaN));
    const before = learner.toParams();
    const tensors = tf.memory().numTensors;
    expect(() =>
      learner.update(
        sftLosses(PICO, batch, 100),
        1e-3,
        "trainSft: step 7 (seed 3)",
      ),
    ).toThrow(
      `trainSft: step 7 (seed 3): loss and gradient must be finite, got loss NaN and gradient norm NaN; first in weight "${name}"`,
    );
    expect(tf.memory().numTensors).toBe(tensors);
    expect(learner.toParams()).toEqual(before);
    learner.dispose();
  });

  test("goes back exactly to what toParams returned", () => {
    const losses = sftLosses(PICO, batch, 100);
    const learner = picoLearner();
    learner.update(losses, 1e-2, "a");
    const saved = learner.toParams();
    learner.update(losses, 1e-2, "b");
    const after = learner.toParams();
    const other = picoLearner();
    other.restore(saved);
    expect(other.toParams()).toEqual(saved);
    other.update(losses, 1e-2, "b");
    expect(other.toParams()).toEqual(after);
    learner.dispose();
    other.dispose();
  });

  test("reports loss and norm of the gradient before clipping", () => {
    const learner = picoLearner({ clip: 1e-3 });
    const distances = values(learner).map((w) => w - 0.5);
    const squares = distances.reduce((sum, d) => sum + d * d, 0);
    const { loss, gradNorm } = learner.update([bowl(3, 0.5)], 0, "bowl");
    // float32 sums over 20,000 entries
    expect(loss / (1.5 * squares)).toBeCloseTo(1, 4);
    expect(gradNorm / (3 * Math.sqrt(squares))).toBeCloseTo(1, 4);
    learner.dispose();
  });

  test("moves every entry by the learning rate in its first step, against the sign of its gradient", () => {
    const learner = picoLearner({ weightDecay: 0, clip: Infinity });
    const before = values(learner);
    learner.update([bowl(1, 10)], 1e-2, "bowl");
    // m̂ / √v̂ = g / |g| where the moments begin at 0
    for (const [i, w] of values(learner).entries())
      expect(w - before[i]!).toBeCloseTo(1e-2, 5);
    learner.dispose();
  });

  test("adds its losses: two are one of their sum, and none decays the matrices alone", () => {
    const updated = (losses: Loss[]): number[] => {
      const learner = picoLearner();
      learner.update(losses, 1e-2, "sum");
      const after = values(learner);
      learner.dispose();
      return after;
    };
    const both = updated([bowl(1, 2), bowl(1, 2)]);
    updated([bowl(2, 2)]).forEach((w, i) => expect(w).toBeCloseTo(both[i]!, 6));
    const learner = picoLearner({ weightDecay: 0.5 });
    const before = learner.toParams().params;
    const { loss, gradNorm } = learner.update([], 0.1, "none");
    expect([loss, gradNorm]).toEqual([0, 0]);
    for (const [name, { data, shape }] of learner.toParams().params) {
      if (name.startsWith("optimizer.")) continue;
      const factor = shape.length > 1 ? 1 - 0.1 * 0.5 : 1;
      const old = before.get(name)!.data;
      data.forEach((w, i) => expect(w).toBeCloseTo(factor * old[i]!, 6));
    }
    learner.dispose();
  });

  test("sums what its losses note for the log", () => {
    const learner = picoLearner();
    const noted: Loss = (weights, note) => {
      note?.("seen", tf.scalar(2));
      return bowl(1, 0)(weights);
    };
    expect(learner.update([noted, noted], 0, "note").stats).toEqual({
      seen: 4,
    });
    learner.dispose();
  });

  test('keeps weights rounded to bfloat16 from the first moment where store is "bfloat16"', () => {
    const full = picoLearner();
    const half = picoLearner({ store: "bfloat16" });
    expect([full.store, half.store]).toEqual(["float32", "bfloat16"]);
    expect(values(half)).toEqual([...toBf16(Float32Array.from(values(full)))]);
    half.update([bowl(1, 0)], 1e-3, "half");
    expect(values(half)).toEqual([...toBf16(Float32Array.from(values(half)))]);
    full.dispose();
    half.dispose();
  });

  test("streams what toParams copies: weights and both moments of each", () => {
    const learner = picoLearner();
    learner.update([bowl(1, 0)], 1e-3, "stream");
    const { params, updates } = learner.streamParams();
    const copy = learner.toParams();
    expect(updates).toBe(1);
    expect([...params.keys()]).toEqual([...copy.params.keys()]);
    expect(params.size).toBe(3 * learner.policy.weights.size);
    for (const [name, { shape, data }] of params) {
      const expected = copy.params.get(name)!;
      expect(shape).toEqual(expected.shape);
      expect(data.length).toBe(sizeOf(shape));
      expect(Buffer.from(Float32Array.from(data).buffer)).toEqual(
        Buffer.from(Float32Array.from(expected.data).buffer),
      );
    }
    learner.dispose();
  });

  test("refuses a checkpoint without one of its tensors", () => {
    const learner = picoLearner();
    const saved = learner.toParams();
    const name = "optimizer.second.model.norm.weight";
    saved.params.delete(name);
    expect(() => learner.restore(saved)).toThrow(
      `restore: checkpoint must hold "${name}", got none`,
    );
    learner.dispose();
  });

  test("dispose frees weights and moments", () => {
    const before = tf.memory().numTensors;
    const learner = picoLearner();
    learner.update([bowl(1, 0)], 1e-3, "free");
    learner.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
