/** Judges on a common pool: rows of planted judges, and a study that has the measure. */
import { beforeAll, describe, expect, it } from "vitest";
import type { PoolJudgement } from "../../../src/evaluate/index.js";
import {
  lines,
  parseStudy,
  rows,
  verifyStudy,
  type Study,
} from "../../../src/study/index.js";
import {
  poolRows,
  type PoolJudgingLine,
  type PoolSource,
} from "../../../src/study/rows/behaviour/judgingPool.js";
import { PICO_STUDY, picoWith } from "../pico.js";
import { ranPico } from "../run/ranPico.js";

const FAULTS = ["none", "slip", "planted"] as const;
const said = (
  verdict: PoolJudgement["verdict"],
  line: number | null = null,
): PoolJudgement => ({ verdict, line, tokens: 9 });

/** A judge of the lines who is always right, and one of the outcome who calls every answer correct. */
function planted(benchmark: "aime24" | "hle"): PoolJudgingLine[] {
  return Array.from({ length: 30 }, (_, i): PoolJudgingLine => {
    const fault = FAULTS[i % 3]!;
    const wrongLine = fault === "none" ? null : 2;
    return {
      ...{ benchmark, task: `t${Math.floor(i / 3)}`, sample: i % 3, fault },
      ...{ claim: "5", wrongLine },
      judgements: {
        outcome: said("correct"),
        process: said(
          fault === "none" ? "correct" : "incorrect",
          // every second wrong line is named rightly
          wrongLine === null ? null : i % 2 === 0 ? 2 : 1,
        ),
      },
    };
  });
}

describe("poolRows(judges)", () => {
  const source: PoolSource = {
    model: "sft",
    role: "sft",
    lines: [[...planted("aime24"), ...planted("hle")]],
  };
  const found = poolRows([source]);
  const row = (mode: string, benchmark: string) =>
    found.find((each) => each.mode === mode && each.benchmark === benchmark)!;

  it("have a row a mode, benchmark and average", () => {
    expect(found.map(({ mode, benchmark }) => `${mode} ${benchmark}`)).toEqual(
      ["outcome", "process"].flatMap((mode) =>
        ["aime24", "hle", "average"].map((name) => `${mode} ${name}`),
      ),
    );
    for (const { pool, answers } of found)
      expect([pool, answers]).toEqual(["common", answers]);
  });
  it("judge balanced accuracy on right and slipped answers alone, half of each", () => {
    for (const name of ["aime24", "average"]) {
      expect(row("outcome", name).balancedAccuracy!.mean).toBe(50);
      expect(row("process", name).balancedAccuracy!.mean).toBe(100);
      expect(row("process", name).generation.mean).toBe(50);
    }
    expect(row("process", "aime24").n).toBe(20);
  });
  it("call a verdict sound that names the wrong line", () => {
    // all 10 right answers, and those of the 10 slipped ones whose line is named
    const named = planted("aime24").filter(
      ({ fault, judgements }) =>
        fault === "slip" && judgements.process.line === 2,
    ).length;
    expect(row("process", "aime24").sound!.mean).toBe(
      (100 * (10 + named)) / 20,
    );
  });
  it("say how often a planted wrong line is found, by mode, and the difference", () => {
    expect(row("outcome", "average").planted!.mean).toBe(0);
    expect(row("outcome", "average").plantedGain).toBeNull();
    expect(row("process", "average").planted!.mean).toBe(100);
    expect(row("process", "average").plantedGain!.mean).toBe(100);
  });
});

const POOL =
  "  pool: { by: judging, models: [sft], benchmarks: [aime24, lcbV5, hle, ifeval], items: 2, answers: 2, pool: common }\n";
const SOLVED =
  "  solved: { by: judging, models: [sft], benchmarks: [aime24, ifeval], items: 2, answers: 2, pool: common, generation: scores }\n";
const OWN =
  "  judging: { models: [sft], benchmarks: [aime24], items: 2, answers: 1 }\n";
const TEXT = picoWith({ measures: OWN + POOL + SOLVED }, PICO_STUDY)
  .replace(/ {2}(?:experts|multi|average|dareTies|opd): .*\n/g, "")
  .replace(/ {2}(?:cost|rewards|consistency): .*\n/g, "")
  .replace(/models: \[base, .*?\]/, "models: [base, sft]")
  .replace(/claims: \{.*\}/, "claims: { sft: sft }");

describe("measures.judging.pool", () => {
  it.each<[string, string, string]>([
    [
      "[aime24, lcbV5, hle, ifeval]",
      "[bfcl]",
      "measures.pool.benchmarks must be benchmarks whose answers can be judged with pool common",
    ],
    [
      "items: 2, answers: 2, pool: common",
      "items: 2, answers: 3, pool: common",
      "measures.pool.answers must be even with pool common: half are right, got 3",
    ],
    [
      "aime24, ifeval], items: 2, answers: 2, pool: common",
      "aime24], items: 2, answers: 2, pool: own",
      "measures.solved.generation must be left out where models judge their own answers, got scores",
    ],
    [
      "[aime24, ifeval], items: 2, answers: 2",
      "[aime24, hle], items: 2, answers: 2",
      "measures.solved.benchmarks must be scored by scores, got hle",
    ],
    [
      "generation: scores",
      "generation: pool",
      "measures.solved.generation must name a measure of scores, got pool",
    ],
    [
      "pool: common",
      "pool: own",
      "measures.pool.benchmarks must be benchmarks whose answers can be judged with pool own (aime24, aime25, hle), got lcbV5",
    ],
  ])("with %s changed to %s is refused", (from, to, message) => {
    expect(() => parseStudy(TEXT.replace(from, to), "quick")).toThrow(message);
  });
});

describe("run(study) with a common pool", () => {
  let study: Study;
  beforeAll(async () => {
    study = await ranPico(TEXT);
  });
  it("keeps a line an answer, and has rows under the name of its measure", () => {
    const found = lines<PoolJudgingLine>(study, "pool", "sft");
    expect(found).toHaveLength(4 * 2 * 3);
    expect(found[0]).toMatchObject({ benchmark: "aime24", fault: "none" });
    expect(rows(study, "pool.judging")).toHaveLength(2 * 5);
    expect(rows(study, "judging")[0]).not.toHaveProperty("pool");
  });
  it("takes generation from the scores of the judges where the study says so", () => {
    for (const row of rows(study, "solved.judging")) {
      const { model, benchmark } = row;
      const [own] = rows(study, "scores", { model, benchmark });
      expect(row.generation.mean).toBeCloseTo(own!.score, 2);
    }
    for (const { generation } of rows(study, "pool.judging"))
      expect(generation.mean).toBe(50);
  });
  it("decides claims by the models' own answers, with the pool as a control", () => {
    const measures = new Set(
      rows(study, "claimNumbers", { claim: "outcome-rises" }).map(
        ({ measure }) => measure,
      ),
    );
    expect(measures).toContain("as stated");
    expect(measures).toContain("on a common pool");
    expect(verifyStudy(study.folder).problems).toEqual([]);
  });
});
