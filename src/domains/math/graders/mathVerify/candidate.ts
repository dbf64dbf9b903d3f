/** A place in a text where the answer may stand. */
import type { Environment } from "./environments.js";

/** A number in plain text. */
export interface PlainNumber {
  /** Digits without separators, with a decimal point. */
  digits: string;
  percent: boolean;
}

/** A place where the answer may stand. */
export interface Candidate {
  /** 0 "final answer is … I hope" · 50 "final answer … is", boxed · 100 "answer:" · 200 "answer" · 300 anything. */
  priority: number;
  start: number;
  end: number;
  found:
    | { kind: "latex"; environments: readonly Environment[] }
    | { kind: "box"; inside: string }
    | { kind: "plain"; expression: string }
    | { kind: "number"; number: PlainNumber };
}

/** What was found at a position, before it is known by which rule. */
export type Place = Omit<Candidate, "priority" | "start">;
