import { expect, test } from "vitest";
import {
  chosenEngine,
  engineInfo,
  measureGflops,
  startEngine,
  tf,
} from "../../src/engine/index.js";

test("startEngine() loads the native library once and reports what runs", () => {
  const info = startEngine();
  const engine = chosenEngine();
  expect(info.backend).toBe(engine);
  expect(info[engine]).toMatch(/^\d+\.\d+\.\d+/);
  expect(info[engine === "torch" ? "tensorflow" : "torch"]).toBeUndefined();
  expect(["cpu", "gpu", "cuda", "mps"]).toContain(info.device);
  expect(startEngine()).toBe(info);
  expect(engineInfo()).toBe(info);
});

test("measureGflops() multiplies and leaves nothing behind", () => {
  startEngine();
  const before = tf.memory().numTensors;
  expect(measureGflops(256, 2)).toBeGreaterThan(0.5);
  expect(tf.memory().numTensors).toBe(before);
});
