import { describe, expect, it } from "vitest";
import { runTasks } from "../../../src/merge/stream/scheduler.js";

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
