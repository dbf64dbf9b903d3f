/** The stages behind Figure 4, Table 6 and Table 7: what experts write and others think of it, merges of pairs, judges. */
import { join } from "node:path";
import {
  sampleDivergences,
  type DivergenceSample,
} from "../../analysis/index.js";
import { readModelFolder } from "../../checkpoint/index.js";
import type { Domain } from "../../domains/index.js";
import {
  benchmark,
  evaluate,
  selfVerify,
  type BenchmarkName,
  type JudgedAnswer,
} from "../../evaluate/index.js";
import type { MergeMethodName } from "../../merge/index.js";
import { configFromJson, loadPolicy, Policy } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import { brief } from "../brief.js";
import { writeLines } from "../jsonLines.js";
import type {
  EvaluateSpec,
  NeighborhoodsSpec,
  VerificationSpec,
} from "../spec.js";
import { itemMeans } from "./evaluate.js";
import type { Job, Report, Result } from "./job.js";
import { mergeBy, readExperts } from "./merge.js";
import { inputPath, outputPath } from "./paths.js";

/** Prompts of one domain, spread evenly over its benchmarks, the first items of each. */
function promptsOf(
  benchmarks: readonly BenchmarkName[],
  prompts: number,
): ReturnType<typeof benchmark> {
  return benchmarks.flatMap((name, i) => {
    const items =
      Math.floor(prompts / benchmarks.length) +
      (i < prompts % benchmarks.length ? 1 : 0);
    return items === 0 ? [] : benchmark(name, { items });
  });
}

/** Let one expert write on every domain's prompts, and all models of the section read it. */
export async function neighborhoodStage(
  job: Job,
  report: Report,
): Promise<Result> {
  const { seed, benchmarks, models, prompts, samples } = job.stage
    .spec as unknown as NeighborhoodsSpec & {
    seed: number;
    benchmarks: Record<Domain, BenchmarkName[]>;
  };
  const { policy, tokenizer } = loadPolicy(inputPath(job, job.stage.model));
  const others = Object.fromEntries(
    models.map((name) => [name, loadPolicy(inputPath(job, name)).policy]),
  );
  const domains = Object.keys(benchmarks) as Domain[];
  const lines: DivergenceSample[] = [];
  for (const [i, domain] of domains.entries()) {
    const tasks = promptsOf(benchmarks[domain], prompts);
    lines.push(
      ...sampleDivergences(policy, others, tokenizer, tasks, { seed, samples }),
    );
    report({ done: i + 1, total: domains.length });
    // The engine computes synchronously; without this pause no signal would ever be heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const each of [policy, ...Object.values(others)]) each.dispose();
  writeLines(
    outputPath(job),
    lines.map((line) => ({
      ...line,
      self: brief(line.self),
      models: Object.fromEntries(
        Object.entries(line.models).map(([name, { kl, logRatio }]) => [
          name,
          { kl: brief(kl), logRatio: brief(logRatio) },
        ]),
      ),
    })),
  );
  const tokens = lines.reduce((sum, line) => sum + line.tokens, 0);
  return { facts: { completions: lines.length, tokens } };
}

/** One line of a pair's file: its score on one benchmark, item by item. */
export interface PairLine {
  benchmark: BenchmarkName;
  /** Mean reward of every item over its samples. */
  scores: number[];
}

/** Merge two experts (or one, as a control) and score the merge; the merged model itself is not kept. */
export async function pairStage(job: Job, report: Report): Promise<Result> {
  const { seed, method, benchmarks, items, samples, temperature, topP } = job
    .stage.spec as unknown as EvaluateSpec & {
    seed: number;
    method: MergeMethodName;
  };
  const folder = inputPath(job, "anchor");
  const anchor = readModelFolder(folder);
  const policy = Policy.fromParams(
    mergeBy(method, anchor.params, readExperts(job), {}, seed),
    configFromJson(anchor.config),
  );
  const tokenizer = Tokenizer.fromFile(join(folder, "tokenizer.json"));
  const lines: PairLine[] = [];
  for (const [i, name] of benchmarks.entries()) {
    const scored = await evaluate(policy, tokenizer, name, {
      items,
      samples,
      seed,
      temperature,
      topP,
    });
    lines.push({ benchmark: name, scores: itemMeans(scored) });
    report({ done: i + 1, total: benchmarks.length });
  }
  policy.dispose();
  writeLines(outputPath(job), lines);
  return { facts: {} };
}

/** One line of a judge's file. */
export interface VerificationLine extends JudgedAnswer {
  benchmark: BenchmarkName;
}

/** Let one model answer and judge its own answers. */
export async function verificationStage(
  job: Job,
  report: Report,
): Promise<Result> {
  const { seed, benchmarks, items, answers } = job.stage
    .spec as unknown as VerificationSpec & { seed: number };
  const { policy, tokenizer } = loadPolicy(inputPath(job, "model"));
  const lines: VerificationLine[] = [];
  for (const [i, name] of benchmarks.entries()) {
    const judged = selfVerify(policy, tokenizer, name, {
      items,
      answers,
      seed,
    });
    lines.push(...judged.map((answer) => ({ benchmark: name, ...answer })));
    report({ done: i + 1, total: benchmarks.length });
    await new Promise((resolve) => setImmediate(resolve));
  }
  policy.dispose();
  writeLines(outputPath(job), lines);
  return { facts: {} };
}
