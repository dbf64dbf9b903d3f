/** Programs that try to outlive their run: no process of theirs is left, however fast or slow the machine is. */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, test, vi } from "vitest";
import {
  embedded,
  gradeProgram,
  type PythonProblem,
} from "../../../src/domains/index.js";
import { HACKS } from "./hacks.js";

const problem: PythonProblem = {
  language: "python",
  mode: "stdin",
  tests: [{ input: "4\n", output: "5\n" }],
  limits: { seconds: 1, memory: 512, output: 1024 },
};
const python = embedded({ workers: 1 });
afterAll(() => python.close());
const passes = async (program: string): Promise<boolean> =>
  (await gradeProgram(python, "id", problem, program)).passed;

/** Process → its parent, of all processes that can be seen. */
function parents(): Map<number, number> {
  return new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name): [number, number][] => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, "utf8");
          // The name in brackets may hold anything, so fields are counted from its end.
          const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
          return [[Number(name), Number(parent)]];
        } catch {
          return []; // It ended meanwhile.
        }
      }),
  );
}

/** Processes that descend from this one: the jail and everything in it, which cannot leave its namespace. */
function descendants(): number[] {
  const all = parents();
  const isOurs = (id: number): boolean => {
    for (let at = all.get(id); at; at = all.get(at))
      if (at === process.pid) return true;
    return false;
  };
  return [...all.keys()].filter(isOurs);
}

test(
  "no hack leaves a process in the jail, and closing leaves none at all",
  { timeout: 600_000 },
  async () => {
    const before = descendants();
    expect(await passes("print(int(input()) + 1)")).toBe(true);
    const jail = descendants().length;
    expect(jail).toBeGreaterThan(before.length);
    for (const [name, program] of HACKS) {
      expect([name, await passes(program)]).toEqual([name, false]);
      // A jail that a program broke is replaced at the next run; its own end is waited for, however long it takes.
      expect(await passes("print(int(input()) + 1)")).toBe(true);
      await vi.waitUntil(() => descendants().length === jail, {
        timeout: 500_000,
      });
    }
    await python.close();
    await vi.waitUntil(() => descendants().length === before.length, {
      timeout: 500_000,
    });
  },
);
