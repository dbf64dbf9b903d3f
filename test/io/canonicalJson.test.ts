/** One text for equal values. */
import { expect, test } from "vitest";
import { canonicalJson } from "../../src/io/index.js";

test("canonicalJson(value) is the same whatever the order of keys, at every depth", () => {
  const one = { b: [{ y: 1, x: null }], a: { d: "t", c: true } };
  const other = { a: { c: true, d: "t" }, b: [{ x: null, y: 1 }] };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson(one)).toBe(
    '{"a":{"c":true,"d":"t"},"b":[{"x":null,"y":1}]}',
  );
  // Objects list numbers first in whatever order they were written; the text sorts all keys alike.
  expect(canonicalJson({ 10: 1, 9: 2, "-": 3 })).toBe('{"-":3,"10":1,"9":2}');
});

test("canonicalJson(value) tells values apart that differ, the order of a list included", () => {
  const values = [
    null,
    0,
    "0",
    "",
    [],
    {},
    [1, 2],
    [2, 1],
    { a: 1 },
    { a: "1" },
  ];
  expect(new Set(values.map(canonicalJson)).size).toBe(values.length);
});

test("canonicalJson(value) is JSON of the value, without absent fields", () => {
  const value = { text: '"\\\n', absent: undefined, list: [1.5, undefined] };
  expect(JSON.parse(canonicalJson(value))).toEqual({
    text: '"\\\n',
    list: [1.5, null],
  });
  expect(canonicalJson(undefined)).toBe("null");
});
