/** Who trains: an option of the operations that others can do as well. */
import type { TrlRefusal } from "../../cluster/index.js";
import { choice, optional, type Field } from "../spec/field.js";
import { positive } from "../spec/values.js";

/** Who trains. */
export interface TrainerOptions {
  /** TRL in processes of its own, or slime on a cluster of others; absent: our trainer ("local" in a file). */
  trainer?: "trl" | "slime";
  /** Processes of TRL that share a step's completions; default 1. */
  processes?: number;
}

const named = choice(["local", "trl", "slime"] as const);

/** "local" is what is there without it, so that it says nothing in a stage's key either. */
const trainer: Field<"trl" | "slime" | undefined> = {
  ...named,
  optional: true,
  parse(value, path, scope) {
    const by = value === undefined ? "local" : named.parse(value, path, scope);
    return by === "local" ? undefined : by;
  },
};

/** The fields of `TrainerOptions`. */
export const trainerFields: {
  trainer: Field<"trl" | "slime" | undefined>;
  processes: Field<number | undefined>;
} = { trainer, processes: optional(positive) };

/** What does not fit who trains; null where all does. */
export function trainerRule<Options extends TrainerOptions>(
  { trainer: by, processes, ...options }: Options,
  refusal: (options: Readonly<Record<string, unknown>>) => TrlRefusal | null,
): TrlRefusal | null {
  if (by === "trl") return refusal(options);
  return processes === undefined
    ? null
    : {
        key: "processes",
        text: `must be left out without trainer: trl, got ${processes}`,
      };
}

const NAMES = { trl: "TRL", slime: "slime" } as const;

/** What tables say of a model that another trained; null of ours. */
export function trainerRemark({ trainer: by }: TrainerOptions): string | null {
  return by === undefined ? null : `trained by ${NAMES[by]}`;
}
