import { describe, expect, test } from "vitest";
import { Slots } from "../../src/io/index.js";

/** Work that ends when it is told to, and what has begun. */
function manual(): {
  begun: number[];
  work: (i: number) => () => Promise<number>;
  end: (i: number) => void;
  fail: (i: number) => void;
} {
  const begun: number[] = [];
  const ends = new Map<number, [(value: number) => void, (e: Error) => void]>();
  return {
    begun,
    work: (i) => () => {
      begun.push(i);
      return new Promise((...both) => ends.set(i, both));
    },
    end: (i) => ends.get(i)![0](i),
    fail: (i) => ends.get(i)![1](new Error(`work ${i}`)),
  };
}
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

describe("Slots", () => {
  test("begins only so many at a time, in the order in which they came", async () => {
    const slots = new Slots(2);
    const { begun, work, end } = manual();
    const all = [0, 1, 2, 3].map((i) => slots.run(work(i)));
    await settle();
    expect([begun, slots.pending]).toEqual([[0, 1], 4]);
    end(1);
    await all[1];
    await settle();
    expect([begun, slots.pending]).toEqual([[0, 1, 2], 3]);
    end(0);
    end(2);
    await settle();
    end(3);
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
    expect([begun, slots.pending]).toEqual([[0, 1, 2, 3], 0]);
  });

  test("a place is free again after a failure, which the caller gets", async () => {
    const slots = new Slots(1);
    const { begun, work, end, fail } = manual();
    const first = slots.run(work(0));
    const second = slots.run(work(1));
    await settle();
    fail(0);
    await expect(first).rejects.toThrow("work 0");
    await settle();
    expect(begun).toEqual([0, 1]);
    end(1);
    expect(await second).toBe(1);
  });
});
