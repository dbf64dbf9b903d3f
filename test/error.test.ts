/** Messages of errors: foreign text in them does not make them endless. */
import { expect, test } from "vitest";
import { M2rlError, StudyError } from "../src/error.js";

test("M2rlError(message) keeps a message of up to 4,000 characters as it is, with its cause", () => {
  const cause = new Error("why");
  const error = new M2rlError("x".repeat(4000), { cause });
  expect(error.message).toBe("x".repeat(4000));
  expect(error.cause).toBe(cause);
});

test("M2rlError(message) leaves out the middle of a longer one, of every kind of error", () => {
  const value = "y".repeat(1e6);
  const { message } = new StudyError(`study: name ${value}; known: a, b`);
  expect(message.length).toBeLessThan(4100);
  expect(message).toMatch(/^study: name yyy/);
  expect(message).toMatch(/y … 99\d{4} characters … y+; known: a, b$/);
});
