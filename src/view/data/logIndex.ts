/** The numbers of a training log, read once and then only where it grew. */
import { GrowingLines } from "../../io/index.js";
import { failure } from "./failure.js";
import { meanOrNull } from "../../stats/index.js";

/** Points of a curve at most. */
export const POINTS = 1000;

/** Digits of numbers: more than a screen shows. */
const DIGITS = 6;

/** Numbers that have a curve at most, of all lines. */
const MOST_NAMES = 2000;

/** Values inside each other in which numbers are looked for. */
const DEPTH = 16;

/** All numbers of a value by their path with dots: `{ rewards: { math: 1 } }` has "rewards.math". */
export function numbersOf(
  value: object,
  prefix = "",
  found: Map<string, number> = new Map(),
  depth: number = DEPTH,
): Map<string, number> {
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    if (typeof inner === "number") found.set(path, inner);
    else if (typeof inner === "object" && inner !== null && depth > 1)
      numbersOf(inner as object, path, found, depth - 1);
  }
  return found;
}

/**
 * A training log by columns.
 *
 * @example
 * const log = new LogIndex("data/hard/runs/full/seed1/train/math.jsonl");
 * log.refresh();
 * log.curve().values.reward
 */
export class LogIndex {
  private steps: number[] = [];
  private columns = new Map<string, (number | null)[]>();
  private readonly source: GrowingLines;

  constructor(readonly path: string) {
    this.source = new GrowingLines(path, failure, {
      clear: () => this.clear(),
      line: (bytes) => this.line(bytes.toString("utf8")),
    });
  }

  /** Lines so far. */
  get length(): number {
    return this.steps.length;
  }

  /** Names of its numbers. */
  get metrics(): string[] {
    return [...this.columns.keys()];
  }

  /** Read what is new; returns whether anything was. */
  refresh(): boolean {
    return this.source.refresh();
  }

  /** Its columns, thinned to `most` points: each the mean of as many lines. */
  curve(most: number = POINTS): {
    step: number[];
    values: Record<string, (number | null)[]>;
  } {
    const width = Math.max(1, Math.ceil(this.steps.length / most));
    const thin = (column: readonly (number | null)[]): (number | null)[] =>
      Array.from({ length: Math.ceil(column.length / width) }, (_, i) =>
        meanOf(column.slice(i * width, (i + 1) * width)),
      );
    const step = thin(this.steps) as number[];
    const values = [...this.columns].map(
      ([name, column]) => [name, thin(column)] as const,
    );
    return { step, values: Object.fromEntries(values) };
  }

  private clear(): void {
    this.steps = [];
    this.columns = new Map();
  }

  private line(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // No line, or one that a full disk cut short.
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const numbers = numbersOf(value);
    const step = numbers.get("step") ?? this.steps.length;
    numbers.delete("step");
    // A run that was resumed may write a step again: the later line is the one that counts.
    while (this.steps.length > 0 && this.steps.at(-1)! >= step) this.drop();
    for (const name of numbers.keys())
      if (!this.columns.has(name)) {
        if (this.columns.size === MOST_NAMES)
          throw failure(
            `${this.path} must have at most ${MOST_NAMES} numbers by name, got more`,
          );
        this.columns.set(
          name,
          this.steps.map(() => null),
        );
      }
    this.steps.push(step);
    for (const [name, column] of this.columns)
      column.push(numbers.get(name) ?? null);
  }

  private drop(): void {
    this.steps.pop();
    for (const column of this.columns.values()) column.pop();
  }
}

function meanOf(values: readonly (number | null)[]): number | null {
  const found = meanOrNull(values);
  return found === null ? null : Number(found.toPrecision(DIGITS));
}
