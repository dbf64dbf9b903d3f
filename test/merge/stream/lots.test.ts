import { describe, expect, it } from "vitest";
import { lotsOf } from "../../../src/merge/stream/lots.js";
import { runTasks } from "../../../src/merge/stream/scheduler.js";

describe("lotsOf(tensors, elementsOf)", () => {
  it("has every tensor once, in order", () => {
    const sizes = [5e6, 2e6, 1e6, 9e5, 3e5, 64, 64, 1, 0];
    const tensors = [...sizes.keys()];
    const lots = lotsOf(tensors, (i) => sizes[i]!);
    expect(lots.flat()).toEqual(tensors);
    expect(lots).toEqual([[0], [1], [2, 3], [4, 5, 6, 7, 8]]);
  });

  it("makes few jobs of 126,000 small tensors, and still enough for many threads", () => {
    const lots = lotsOf([...Array(126_000).keys()], () => 64);
    expect(lots.length).toBeLessThan(1000);
    expect(lots.length).toBeGreaterThan(100);
  });

  it("gives a large tensor a job of its own", () => {
    expect(lotsOf([1, 2, 3], () => 2 ** 21)).toEqual([[1], [2], [3]]);
  });
});

describe("runTasks(tasks, places, memory)", () => {
  it("lets smaller tasks pass one that does not fit, and runs each once", async () => {
    const started: number[] = [];
    const open: (() => void)[] = [];
    const task = (id: number, bytes: number) => ({
      bytes,
      run: () =>
        new Promise<void>((resolve) => {
          started.push(id);
          open.push(resolve);
        }),
    });
    const sizes = [6, 6, 3, 1, 9];
    const done = runTasks(
      sizes.map((bytes, id) => task(id, bytes)),
      3,
      10,
    );
    expect(started).toEqual([0, 2, 3]);
    // Each that ends lets the first start that now fits.
    while (open.length > 0) {
      open.shift()!();
      await Promise.resolve();
      await Promise.resolve();
    }
    await done;
    expect(started).toEqual([0, 2, 3, 1, 4]);
  });

  it("gives the first failure, and starts nothing after it", async () => {
    let started = 0;
    const tasks = Array.from({ length: 5 }, (_, i) => ({
      bytes: 0,
      run: () => {
        started++;
        return i === 1 ? Promise.reject(new Error("no")) : Promise.resolve();
      },
    }));
    await expect(runTasks(tasks, 1, Infinity)).rejects.toThrow("no");
    expect(started).toBe(2);
  });
});
