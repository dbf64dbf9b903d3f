/** `npm run rehearsal -- --compare` on a tiny study: a trainer's process, a server per model, and the same without a crossing beside it. */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { freePort } from "../../freePort.js";
import { ROOT } from "../../structure/sources.js";

const text = (port: number): string => `name: tiny
base: base
domains: [math]
seeds: [1]
models:
  sft: { by: sft, from: base, steps: 1, batchSize: 2, learningRate: 0.0001, care: 1, slip: 0 }
  math: { by: rl, from: sft, domains: [math], steps: 1, promptsPerStep: 1, groupSize: 2, learningRate: 0.0001 }
measures:
  scores: { models: [base, sft, math], benchmarks: [aime24, gpqa], items: 6, samples: 1, temperature: 0 }
profiles:
  rehearsal:
    models: { math: { trainer: trl } }
    measures: { scores: { server: { url: "http://127.0.0.1:${port}/{model}" } } }
  here: {}
`;

test("both tables are printed, equal for the models that no crossing makes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
  cpSync(join(ROOT, "data/nano/base"), join(folder, "base"), {
    recursive: true,
  });
  writeFileSync(join(folder, "study.yml"), text(await freePort()));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[join(ROOT, "scripts/rehearsal.mjs"), "--compare", "--without-ray"],
      ...["--study", folder],
    ],
    {
      env: {
        ...process.env,
        M2RL_TRL_PYTHON: join(import.meta.dirname, "fakeTrainer.mjs"),
      },
    },
  );
  const cells = [
    ...stdout.matchAll(/^ {2}(\S.*?) {2,}(\S.*?) {3}here (.*)$/gm),
  ].map(([, title, far, here]) => ({ title, far, here }));
  // Three models on two benchmarks and their average.
  expect(cells.map(({ title }) => title)).toEqual(
    Array.from({ length: 3 }, () => [
      "AIME'24 → nano",
      "GPQA-Diamond → nano",
      "Avg.",
    ]).flat(),
  );
  for (const { far, here } of cells.slice(0, 6)) expect(far).toBe(here);
  const [, met] = /^intervals that meet: (\d) of 9$/m.exec(stdout)!;
  expect(Number(met)).toBeGreaterThanOrEqual(6);
}, 600_000);
