/** Coding problems: write a small JavaScript function; kinds ops, conditional, list and induce. */
import {
  satisfies,
  type CodingData,
  type Condition,
  type Operation,
  type Reducer,
} from "../../domains/coding/problem.js";
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";

const WORDS = { "+": "plus", "-": "minus", "*": "times" };
const PARITY = ["even", "odd"] as const;

function operation(random: Random): Operation {
  return { op: random.pick(["+", "-", "*"] as const), by: random.int(2, 9) };
}

function say({ op, by }: Operation): string {
  return `${WORDS[op]} ${by}`;
}

function threshold(random: Random): Condition {
  return {
    relation: random.pick(["above", "below"] as const),
    by: random.int(2, 30),
  };
}

function divisibility(random: Random): Condition {
  return random.chance(0.5)
    ? { relation: random.pick(PARITY), by: 0 }
    : { relation: "multiple", by: random.int(3, 9) };
}

function anyCondition(random: Random): Condition {
  return random.chance(0.5) ? threshold(random) : divisibility(random);
}

function sayCondition({ relation, by }: Condition): string {
  return by === 0
    ? relation
    : relation === "multiple"
      ? `multiple of ${by}`
      : `${relation} ${by}`;
}

function task(
  kind: string,
  identity: string,
  request: string,
  data: CodingData,
): Task {
  return {
    id: `coding ${kind} ${identity}`,
    domain: "coding",
    kind,
    prompt: `Write ${request}.`,
    data,
  };
}

function ops(random: Random, level: number): Task {
  const operations = Array.from({ length: level + 1 }, () => operation(random));
  const text = operations.map(say).join(", ");
  return task("ops", text, `f(x): ${text}`, { kind: "ops", operations });
}

function conditional(random: Random, level: number): Task {
  const condition = anyCondition(random);
  if (level === 1 && condition.relation !== "multiple" && condition.by > 9)
    condition.by = random.int(2, 9);
  const [yes, no] = [operation(random), operation(random)];
  const text = `if x is ${sayCondition(condition)} ${say(yes)}, else ${say(no)}`;
  return task("conditional", text, `f(x): ${text}`, {
    kind: "conditional",
    condition,
    yes,
    no,
  });
}

/** Conditions that more than one number satisfies: "below 7 and multiple of 8" would leave no number. */
function drawFilters(random: Random, level: number): Condition[] {
  for (;;) {
    const filters =
      level === 3
        ? [threshold(random), divisibility(random)]
        : [anyCondition(random)];
    const kept = (item: number): boolean =>
      filters.every((filter) => satisfies(filter, item));
    for (let item = 0, found = 0; item <= 60; item++) {
      if (kept(item) && ++found > 1) return filters;
    }
  }
}

function list(random: Random, level: number): Task {
  const filters = drawFilters(random, level);
  let reducer = random.pick<Reducer>(["list", "count", "sum", "max", "min"]);
  const map =
    level === 1
      ? null
      : { op: random.pick(["+", "*"] as const), by: random.int(2, 9) };
  if (map && reducer === "count") reducer = "sum"; // counting after a map would ignore the map
  const stages = [`keep items ${filters.map(sayCondition).join(" and ")}`];
  if (map) stages.push(say(map));
  if (reducer !== "list") stages.push(reducer);
  const text = stages.join(", ");
  return task("list", text, `f(a): ${text}`, {
    kind: "list",
    filters,
    map,
    reducer,
  });
}

function induce(random: Random): Task {
  const [factor, constant] = [random.int(2, 12), random.int(1, 60)];
  const first = random.int(1, 4);
  const at: [number, number, number] = [first, first + 1, random.int(6, 9)];
  const examples = at.map((x) => `f(${x})=${factor * x + constant}`).join(", ");
  // The function is the problem; which examples show it is surface.
  return task(
    "induce",
    `x * ${factor} + ${constant}`,
    `f(x) with ${examples}`,
    { kind: "induce", factor, constant, at },
  );
}

/** Names of all kinds; `induce` exists at level 3 only. */
export const KIND_NAMES: readonly string[] = [
  "ops",
  "conditional",
  "list",
  "induce",
];

/**
 * Draw a coding task.
 *
 * @param level  1 to 3: more operations, larger thresholds, two filters and a map; level 3 adds `induce`
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  const fitting =
    level === 3 ? kinds : kinds.filter((kind) => kind !== "induce");
  switch (random.pick(fitting.length > 0 ? fitting : kinds)) {
    case "ops":
      return ops(random, level);
    case "conditional":
      return conditional(random, level);
    case "list":
      return list(random, level);
    default:
      return induce(random);
  }
}
