/** The stages about weights of all seeds at once: which experts are trained again in bfloat16, and the rows behind Table 5 and Figure 3. */
import type { Domain } from "../domains/index.js";
import { storageSeeds } from "./seeds.js";
import type { StudySpec } from "./spec.js";
import type { Input, Stage } from "./stage.js";

/** Name of a domain's expert whose weights were kept in bfloat16. */
export function storedName(domain: Domain): string {
  return `${domain}-bf16`;
}

// Seconds of one core for five experts of the nano model; only proportions matter.
const WORK = 5;

/** Table 5, Figure 3 and the curves over tolerance and storage: one stage reads the weights of all seeds. */
export function weightShiftStages(spec: StudySpec): Stage[] {
  const { overlaps, domains, seeds } = spec;
  if (!overlaps || domains.length < 2) return [];
  const stored = storageSeeds(spec);
  const model = (seed: number, stage: string, name: string): Input => ({
    stage: `seed${seed}/${stage}`,
    path: `seed${seed}/models/${name}`,
  });
  const inputs = seeds.flatMap((seed): [string, Input][] => [
    [`seed${seed}/sft`, model(seed, "sft", "sft")],
    ...domains.map((domain): [string, Input] => [
      `seed${seed}/${domain}`,
      model(seed, `experts/${domain}`, domain),
    ]),
  ]);
  const storedInputs = stored.flatMap((seed) =>
    domains.map((domain): [string, Input] => [
      `seed${seed}/${storedName(domain)}`,
      model(seed, `storage/${domain}`, storedName(domain)),
    ]),
  );
  return [
    {
      id: "weightShift",
      kind: "weightShift",
      seed: 0,
      model: "",
      spec: { domains, seeds, stored, rate: overlaps.rate },
      inputs: Object.fromEntries([...inputs, ...storedInputs]),
      outputs: ["analysis/weightShift.json"],
      work: WORK * (seeds.length + stored.length),
    },
  ];
}
