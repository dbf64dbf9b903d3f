import { expect, test } from "vitest";
import {
  Handles,
  liveHandles,
  startEngine,
  tf,
} from "../../../src/engine/index.js";
import { EngineError } from "../../../src/error.js";

const FLOAT = { T: { type: "float32" } } as const;

test("operations on handles compute what those on tensors do", () => {
  const handles = new Handles();
  const a = tf.randomNormal([5, 7], 0, 1, "float32", 1);
  const b = tf.randomNormal([3, 7], 0, 1, "float32", 2);
  const product = handles.operation("BatchMatMulV2", {
    ...FLOAT,
    adj_x: { bool: false },
    adj_y: { bool: true },
  });
  const split = handles.operations(
    "SplitV",
    { ...FLOAT, Tlen: { type: "int32" }, num_split: { int: 2 } },
    2,
  );
  const whole = product(handles.of(a), handles.of(b));
  const parts = split(whole, handles.integers([2, 1]), handles.integers(1));
  const expected = tf.matMul(a, b, false, true);
  expect(handles.read(whole)).toEqual(expected.dataSync());
  expect(parts.map((part) => [...handles.read(part)])).toEqual(
    tf.split(expected, [2, 1], 1).map((part) => [...part.dataSync()]),
  );
  handles.dispose();
});

test("keepOnly() frees everything but what is named and the constants", () => {
  const handles = new Handles();
  const add = handles.operation("AddV2", FLOAT);
  const two = handles.constant(2);
  const first = handles.upload(Float32Array.of(1, 2), [2]);
  const second = add(first, two);
  expect(liveHandles()).toBe(3);
  handles.keepOnly([second]);
  expect(liveHandles()).toBe(2);
  expect(handles.read(add(second, two))).toEqual(Float32Array.of(5, 6));
  expect(() => add(first, two)).toThrow(EngineError);
  handles.dispose();
  expect(liveHandles()).toBe(0);
});

test("a constant is made once", () => {
  const handles = new Handles();
  expect(handles.integers([1, 2])).toBe(handles.integers([1, 2]));
  expect(handles.integers(1)).not.toBe(handles.integers([1]));
  expect(handles.constant(1)).not.toBe(handles.integers(1));
  handles.dispose();
});

test("a handle of a tensor stays the tensor's own", () => {
  startEngine();
  const tensor = tf.tensor1d([1, 2]);
  const handles = new Handles();
  handles.of(tensor);
  handles.dispose();
  expect([...tf.add(tensor, 1).dataSync()]).toEqual([2, 3]);
});

test("an operation that the engine refuses throws EngineError that names it", () => {
  const handles = new Handles();
  const wrong = handles.operation("NoSuchOperation", {});
  expect(() => wrong()).toThrow(/^handles: NoSuchOperation must run, got /);
  expect(() => wrong()).toThrow(EngineError);
});
