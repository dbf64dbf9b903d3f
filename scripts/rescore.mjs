/**
 * Score the committed completions of a study again with today's verifiers: `node scripts/rescore.mjs [FOLDER]`.
 *
 * Reads every record under FOLDER (default data/hard/runs/full) that holds a completion, prints each verdict that is another one now, and
 * counts by benchmark. Nothing is written. Needs the build. Episodes of the agent are left out: a record joins their turns in one text.
 * Exit code 1 where a reward changed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { spec } from "../dist/domains/index.js";
import {
  benchmark,
  benchmarkSpec,
  MEASURED_SPLITS,
} from "../dist/evaluate/index.js";
import { DIFFICULTIES } from "../dist/world/index.js";

const folder = process.argv[2] ?? "data/hard/runs/full";
const tasks = new Map();

/** The task of a benchmark by its id, in either world and of whichever split: a record does not say which. */
function taskOf(name, id) {
  if (!tasks.has(name)) {
    const all = DIFFICULTIES.flatMap((difficulty) =>
      MEASURED_SPLITS.flatMap((split) =>
        benchmark(name, { difficulty, split }),
      ),
    );
    tasks.set(name, new Map(all.map((task) => [task.id, task])));
  }
  return tasks.get(name).get(id);
}

/** Benchmark → how many completions were scored, and how many verdicts or rewards are others. */
const counts = new Map();

function rescore(file, name, record) {
  const count = counts.get(name) ?? {
    scored: 0,
    rewards: 0,
    outcomes: 0,
    unknown: 0,
  };
  counts.set(name, count);
  const task = taskOf(name, record.task);
  if (!task) {
    count.unknown++;
    return;
  }
  count.scored++;
  const now = spec(task.domain).verify(
    task,
    record.completion,
    record.finish ?? (record.outcome === "truncated" ? "length" : "stop"),
  );
  if (now.reward !== record.reward) count.rewards++;
  else if (now.outcome !== record.outcome) count.outcomes++;
  else return;
  console.log(
    `${name}, ${file}: ${record.outcome} → ${now.outcome}${now.detail ? ` (${now.detail})` : ""}: ${JSON.stringify(record.completion.slice(-80))}`,
  );
}

const files = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith(".jsonl"))
  .sort();
for (const file of files) {
  let name;
  for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
    if (line === "") continue;
    const record = JSON.parse(line);
    name = record.benchmark ?? name;
    if (name === undefined || typeof record.completion !== "string") continue;
    if (benchmarkSpec(name).domain !== "agent") rescore(file, name, record);
  }
}
const total = { scored: 0, rewards: 0, outcomes: 0, unknown: 0 };
for (const [name, count] of counts) {
  for (const key of Object.keys(total)) total[key] += count[key];
  console.log(
    `${name}: ${count.scored} scored, ${count.rewards} rewards and ${count.outcomes} further outcomes changed, ${count.unknown} of unknown tasks`,
  );
}
console.log(
  `all: ${total.scored} scored, ${total.rewards} rewards and ${total.outcomes} further outcomes changed, ${total.unknown} of unknown tasks`,
);
process.exitCode = total.rewards > 0 ? 1 : 0;
