/**
 * Coding problems: write a small JavaScript function; kinds ops, conditional, list and induce, and from level 4 on nested conditions,
 * pipelines of lists and functions of functions.
 */
import {
  operate,
  satisfies,
  type CodingData,
  type Condition,
  type Operation,
  type Reducer,
  type Stage,
} from "../../domains/coding/problem.js";
import { behaviour } from "../../domains/coding/unitTests.js";
import type { Task } from "../../domains/index.js";
import { hashText } from "../../io/index.js";
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

/** A task whose identity is what its function does: other words for the same function are the same problem. */
function hardTask(request: string, data: CodingData): Task {
  const does = hashText(behaviour(data)).slice(0, 16);
  return {
    ...task(data.kind, "", request, data),
    id: `coding function ${does}`,
  };
}

function ops(random: Random, level: number): Task {
  const count = level > 3 ? level + 2 : level + 1;
  const operations = Array.from({ length: count }, () => operation(random));
  const text = operations.map(say).join(", ");
  const data: CodingData = { kind: "ops", operations };
  return level > 3
    ? hardTask(`f(x): ${text}`, data)
    : task("ops", text, `f(x): ${text}`, data);
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

function induce(random: Random, level: number): Task {
  const hard = level > 3;
  const [factor, constant] = hard
    ? [random.int(3, 25), random.int(1, 120)]
    : [random.int(2, 12), random.int(1, 60)];
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

function nested(random: Random, level: number): Task {
  const outer = threshold(random);
  const inner = divisibility(random);
  const branch = (): Operation[] =>
    Array.from({ length: level - 2 }, () => operation(random));
  const branches: [Operation[], Operation[], Operation[]] = [
    ...([branch(), branch(), branch()] as const),
  ];
  const [both, outerOnly, neither] = branches.map((operations) =>
    operations.map(say).join(", "),
  ) as [string, string, string];
  const text =
    `if x is ${sayCondition(outer)} then if x is ${sayCondition(inner)} ${both}, ` +
    `else ${outerOnly}; else ${neither}`;
  return hardTask(`f(x): ${text}`, { kind: "nested", outer, inner, branches });
}

/** Stages that let more than one number from 0 to 60 through. */
function drawStages(random: Random, level: number): Stage[] {
  const map = (): Stage => ({
    map: { op: random.pick(["+", "*"] as const), by: random.int(2, 9) },
  });
  for (;;) {
    const stages: Stage[] = [
      { keep: random.chance(0.5) ? threshold(random) : divisibility(random) },
      map(),
      { keep: divisibility(random) },
      map(),
      ...(level > 4 ? [{ keep: threshold(random) }, map()] : []),
      { keep: threshold(random) },
    ];
    const through = (start: number): boolean => {
      let value = start;
      for (const { keep, map } of stages) {
        if (keep && !satisfies(keep, value)) return false;
        if (map) value = operate(map, value);
      }
      return true;
    };
    for (let item = 0, found = 0; item <= 60; item++) {
      if (through(item) && ++found > 1) return stages;
    }
  }
}

function pipeline(random: Random, level: number): Task {
  const stages = drawStages(random, level);
  const reducer = random.pick<Reducer>(["list", "count", "sum", "max", "min"]);
  const said = stages.map(({ keep, map }) =>
    keep ? `keep items ${sayCondition(keep)}` : say(map),
  );
  if (reducer !== "list") said.push(reducer);
  const text = said.join(", ");
  return hardTask(`f(a): ${text}`, { kind: "pipeline", stages, reducer });
}

function compose(random: Random, level: number): Task {
  const inner = Array.from({ length: level > 4 ? 4 : 3 }, () =>
    operation(random),
  );
  const last = operation(random);
  const text = `g twice, ${say(last)}, where g is ${inner.map(say).join(", ")}`;
  const data: CodingData = { kind: "compose", inner, times: 2, last };
  return hardTask(`f(x): ${text}`, data);
}

const MAKERS: Readonly<
  Record<
    string,
    {
      make: (random: Random, level: number) => Task;
      levels: readonly number[];
    }
  >
> = {
  ops: { make: ops, levels: [1, 2, 3, 4, 5] },
  conditional: { make: conditional, levels: [1, 2, 3] },
  list: { make: list, levels: [1, 2, 3] },
  induce: { make: induce, levels: [3, 4, 5] },
  nested: { make: nested, levels: [4, 5] },
  pipeline: { make: pipeline, levels: [4, 5] },
  compose: { make: compose, levels: [4, 5] },
};

/** Names of all kinds. */
export const KIND_NAMES: readonly string[] = Object.keys(MAKERS);

/**
 * Draw a coding task.
 *
 * @param level  1 to 5: more operations, larger thresholds, two filters and a map; level 3 adds `induce`, level 4 has `nested`,
 *   `pipeline` and `compose` instead of single conditions and lists
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  // Induction twice at the hard levels: the other kinds are soon mastered.
  const fitting = kinds
    .filter((kind) => MAKERS[kind]!.levels.includes(level))
    .flatMap((kind) =>
      kind === "induce" && level > 3 ? [kind, kind] : [kind],
    );
  return MAKERS[random.pick(fitting.length > 0 ? fitting : kinds)]!.make(
    random,
    level,
  );
}
