import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { rawOp, startEngine, tf } from "../../../src/engine/index.js";
import { EngineError } from "../../../src/error.js";

test("rawOp() runs a native operation that TensorFlow.js has no function for", () => {
  const logits = tf.tensor2d([1, 2, 3, 0, 0, 0], [2, 3]);
  const labels = tf.tensor1d([2, 0], "int32");
  const attributes = {
    T: { type: "float32" },
    Tlabels: { type: "int32" },
  } as const;
  const [loss] = rawOp(
    "SparseSoftmaxCrossEntropyWithLogits",
    [logits, labels],
    attributes,
    2,
  );
  const expected = [
    -3 + Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)),
    Math.log(3),
  ];
  loss!
    .dataSync()
    .forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
});

test("rawOp() throws EngineError for an operation that does not exist", () => {
  startEngine();
  expect(() => rawOp("NoSuchOperation", [], {})).toThrow(EngineError);
});

test("without the native binding startEngine() throws EngineError that names the set-up command", () => {
  // In a process of its own, where the package cannot be resolved.
  const program = `
    import Module from "node:module";
    const original = Module._resolveFilename;
    Module._resolveFilename = function (request, ...rest) {
      if (request === "@tensorflow/tfjs-node-gpu") throw new Error("cannot find module '@tensorflow/tfjs-node-gpu'");
      return original.call(this, request, ...rest);
    };
    const { startEngine } = await import("./dist/engine/index.js");
    try { startEngine(); } catch (error) { console.log(error.name + ": " + error.message); }
  `;
  const { stdout } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { encoding: "utf8" },
  );
  expect(stdout.trim()).toBe(
    `EngineError: startEngine: the native tensor engine must load, got "cannot find module '@tensorflow/tfjs-node-gpu'"; run \`npm run setup\` in a checkout of m2rl`,
  );
});
