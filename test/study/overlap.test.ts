/** The stage that measures what a seed's experts changed: planted changes are found again at the share that was asked for. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeModelFolder, type Params } from "../../src/checkpoint/index.js";
import {
  configToJson,
  initParams,
  type ModelConfig,
} from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { plan, parseStudy } from "../../src/study/index.js";
import { overlaps } from "../../src/study/measures/weights/overlaps.js";
import type {
  OverlapLine,
  OverlapRule,
} from "../../src/study/rows/overlaps.js";
import { PICO_STUDY, picoWith } from "./pico.js";

const config: ModelConfig = {
  vocabSize: 300,
  hiddenSize: 32,
  intermediateSize: 48,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  ropeTheta: 10000,
  rmsEps: 1e-6,
  tieEmbeddings: true,
  maxPositions: 64,
};

/** Moves every weight by a share of it that is spread over five decades, so that any share of changed weights has its η. */
function train(base: Params, seed: number): Params {
  const random = new Random(seed, "planted");
  const moved = [...base].map(([name, tensor]): [string, typeof tensor] => [
    name,
    {
      ...tensor,
      data: Float32Array.from(
        tensor.data,
        (w) => w * (1 + 10 ** (-5 + 5 * random.next())),
      ),
    },
  ]);
  return new Map(moved);
}

const withOverlaps = picoWith({
  measures: "  overlaps: { anchor: sft, experts: experts, rate: 0.3 }\n",
});

async function measure(): Promise<{
  rule: OverlapRule;
  lines: OverlapLine[];
  text: string;
}> {
  const runFolder = mkdtempSync(join(tmpdir(), "m2rl-overlap-"));
  const study = parseStudy(withOverlaps, "quick");
  const stage = plan(study).find(({ kind }) => kind === "overlaps")!;
  const base = initParams(config, 7);
  for (const [i, input] of Object.values(stage.inputs).entries())
    writeModelFolder(join(runFolder, input.path), {
      config: configToJson(config) as Record<string, unknown>,
      params: i === 0 ? base : train(base, i),
      tokenizer: "{}",
    });
  await overlaps.run(
    { stage, study, studyFolder: runFolder, runFolder, inputHashes: {} },
    () => undefined,
    new AbortController().signal,
  );
  const text = readFileSync(join(runFolder, stage.outputs[0]!), "utf8");
  const [rule, ...lines] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  return { rule: rule as OverlapRule, lines: lines as OverlapLine[], text };
}

describe("overlaps.run(job)", () => {
  test("measures every pair in every matrix of every layer, at the wanted share of changed weights", async () => {
    const { rule, lines } = await measure();
    expect(lines).toHaveLength(2 * 7);
    expect(lines[0]).toMatchObject({ layer: 0, a: "math", b: "instruction" });
    // Exponents are uniform over five decades: 60 % of the changes are above 1e-3, and 30 % above 10^-1.5.
    for (const share of Object.values(rule.changed))
      expect(share).toBeCloseTo(0.6, 1);
    expect(rule.ratioAsPublished).toBeCloseTo(1, 1);
    expect(rule.eta).toBeGreaterThan(0.02);
    expect(rule.eta).toBeLessThan(0.05);
    // Independent changes overlap as chance has it; all weights grow, so that changes of one weight have one sign.
    for (const { jaccard, random, shuffled, overlapCosine } of lines) {
      expect(jaccard).toBeCloseTo(0.3 / 1.7, 1);
      expect(random).toBeCloseTo(0.3 / 1.7, 1);
      expect(shuffled).toBeGreaterThan(0.1);
      expect(overlapCosine).toBeGreaterThan(0.3);
    }
  });

  test("writes the same bytes when it is run again", async () => {
    expect((await measure()).text).toBe((await measure()).text);
  });
});

test("a study without the measure has no such stage", () => {
  const kinds = (text: string): string[] =>
    plan(parseStudy(text, "quick")).map(({ kind }) => kind);
  expect(kinds(withOverlaps)).toContain("overlaps");
  expect(kinds(PICO_STUDY)).not.toContain("overlaps");
});
