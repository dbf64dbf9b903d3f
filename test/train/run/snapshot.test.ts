/** Checkpoints of a run: the latest whole one counts, whatever a kill left of the others. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  latestSnapshot,
  saveSnapshot,
} from "../../../src/train/run/snapshot.js";
import { newFolder } from "../fixture.js";

const RUN = "0123456789ab";
const params = new Map([
  ["w", { dtype: "F32" as const, shape: [1], data: Float32Array.of(3) }],
]);

test("a checkpoint that was being removed when its process was killed is passed over", () => {
  const folder = join(newFolder(), "checkpoints");
  saveSnapshot(folder, RUN, { step: 2, updates: 2, params, log: "{}\n" });
  const whole = latestSnapshot(folder, RUN)!;
  expect(whole.step).toBe(2);
  whole.close();
  // What a removal leaves that was killed after its first file, and one that was killed before its folder went.
  rmSync(join(folder, `${RUN}-000002`, "state.json"));
  mkdirSync(join(folder, `${RUN}-000004`));
  expect(latestSnapshot(folder, RUN)).toBeUndefined();
});
