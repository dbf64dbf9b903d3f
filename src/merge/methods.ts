/** The table of merge methods, for sweeps and for everything that names a method in a file. */
import { averageMethod } from "./average.js";
import { dareAverageMethod } from "./dareAverage.js";
import { dareSceMethod } from "./dareSce.js";
import { dareTaskArithmeticMethod } from "./dareTaskArithmetic.js";
import { dareTiesMethod } from "./dareTies.js";
import { sceMethod } from "./sce.js";
import { taskArithmeticMethod } from "./taskArithmetic.js";
import type { MergeMethod } from "./tensor.js";
import { tiesMethod } from "./ties.js";

/** Names of the merge methods. */
export type MergeMethodName =
  | "average"
  | "taskArithmetic"
  | "ties"
  | "sce"
  | "dareAverage"
  | "dareTaskArithmetic"
  | "dareTies"
  | "dareSce";

/**
 * All merge methods.
 *
 * @example
 * for (const [name, { merge }] of Object.entries(methods)) console.log(name, merge(base, experts));
 */
export const methods: Readonly<
  Record<MergeMethodName, MergeMethod> & Record<string, MergeMethod>
> = {
  average: averageMethod,
  taskArithmetic: taskArithmeticMethod,
  ties: tiesMethod,
  sce: sceMethod,
  dareAverage: dareAverageMethod,
  dareTaskArithmetic: dareTaskArithmeticMethod,
  dareTies: dareTiesMethod,
  dareSce: dareSceMethod,
};

/**
 * The method of a name that comes from a file or a command line: ours, or mergekit's.
 *
 * @throws RangeError the name is unknown
 * @example
 * method("task_arithmetic").merge(base, experts, { lambda: 0.5 })
 */
export function method(name: string): MergeMethod {
  const found = Object.values(methods).find(
    (row) => row.name === name || row.mergekitName === name,
  );
  if (found === undefined)
    throw new RangeError(
      `methods: unknown method "${name}"; known: ${Object.keys(methods).join(", ")}`,
    );
  return found;
}
