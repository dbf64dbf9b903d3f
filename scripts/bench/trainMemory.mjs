/** Runs many small GRPO steps and looks at what memory they leave behind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MIB = 1024 * 1024;
/** Share by which memory may differ between the second and the last quarter of a run and still be called flat. */
const TOLERANCE = 0.05;

function mean(values) {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/**
 * A GRPO run of `steps` steps of 2 × 4 answers, with twenty readings of the process's memory and the engine's tensors.
 *
 * @returns whether memory stayed flat: as many tensors at every reading, and resident memory in the last quarter of the run
 *   at most 5 % above that of the second
 */
export async function memoryStaysFlat({ engine, train }, model, steps) {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-bench-"));
  const readings = [];
  console.log("| step | resident MiB | JavaScript heap MiB | tensors |");
  console.log("|---:|---:|---:|---:|");
  try {
    await train.trainGrpo({
      init: model,
      out: join(folder, "model"),
      log: join(folder, "log.jsonl"),
      ...{ seed: 1, name: "memory", domains: ["math", "agent"] },
      ...{ steps, promptsPerStep: 2, groupSize: 4, checkpointEvery: steps },
      evaluateEvery: Math.ceil(steps / 20),
      onEvaluate(step) {
        const { rss, heapUsed } = process.memoryUsage();
        const { numTensors } = engine.tf.memory();
        readings.push({ step, rss, numTensors });
        console.log(
          `| ${step} | ${(rss / MIB).toFixed(0)} | ${(heapUsed / MIB).toFixed(0)} | ${numTensors} |`,
        );
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const between = (from, to) =>
    mean(
      readings
        .filter(({ step }) => step > from * steps && step <= to * steps)
        .map(({ rss }) => rss),
    );
  const growth = between(0.75, 1) / between(0.25, 0.5) - 1;
  const tensors = new Set(readings.map(({ numTensors }) => numTensors));
  const flat = growth <= TOLERANCE && tensors.size === 1;
  console.log(
    `\nmemory over ${steps} steps: resident ${(100 * growth).toFixed(1)} % from the second quarter to the last, ` +
      `${[...tensors].join(", ")} tensors: ${flat ? "flat" : "NOT flat"}`,
  );
  return flat;
}
