/**
 * The table of merge methods: for sweeps, and for everything that names a method in a file. A method is added here, with its name, its
 * row and its function; those that sum task vectors are first a row of `family.ts`.
 */
import { arceeFusionMethod } from "./arceeFusion.js";
import { averageMethod } from "./average.js";
import { breadcrumbsMethod, breadcrumbsTiesMethod } from "./breadcrumbs.js";
import { consensusTaskArithmeticMethod } from "./consensusTaskArithmetic.js";
import { dareAverageMethod } from "./dareAverage.js";
import { dareSceMethod } from "./dareSce.js";
import { dareTaskArithmeticMethod } from "./dareTaskArithmetic.js";
import { dareTiesMethod } from "./dareTies.js";
import { dellaLinearMethod, dellaMethod } from "./della.js";
import { isoCMethod } from "./spectral/isoC.js";
import { karcherMethod } from "./sphere/karcher.js";
import { linearMethod } from "./linear.js";
import { magMaxMethod } from "./magMax.js";
import { modelStockMethod } from "./sphere/modelStock.js";
import { multislerpMethod } from "./sphere/multislerp.js";
import { nearswapMethod } from "./nearswap.js";
import { nuslerpMethod } from "./sphere/nuslerp.js";
import { passthroughMethod } from "./passthrough.js";
import { ramMethod } from "./ram/ram.js";
import { ramGlobalMethod } from "./ram/ramGlobal.js";
import { ramPlusTlMethod } from "./ram/ramPlusTl.js";
import { resMergeMethod } from "./spectral/resMerge.js";
import { sceMethod } from "./sce.js";
import { slerpMethod } from "./sphere/slerp.js";
import { taskArithmeticMethod } from "./taskArithmetic.js";
import { tiesMethod } from "./ties.js";
import { tsvMMethod } from "./spectral/tsvM.js";
import type { MergeMethod } from "../tensor.js";

export { average } from "./average.js";
export {
  taskArithmetic,
  type TaskArithmeticOptions,
} from "./taskArithmetic.js";
export { ties, type TiesOptions } from "./ties.js";
export { sce, energyWeights, type SceOptions } from "./sce.js";
export { dare, type DareOptions } from "./dare.js";
export { dareAverage, type DareAverageOptions } from "./dareAverage.js";
export {
  dareTaskArithmetic,
  type DareTaskArithmeticOptions,
} from "./dareTaskArithmetic.js";
export { dareTies, type DareTiesOptions } from "./dareTies.js";
export { dareSce, type DareSceOptions } from "./dareSce.js";
export { linear, type LinearOptions } from "./linear.js";
export { breadcrumbs, type BreadcrumbsOptions } from "./breadcrumbs.js";
export { breadcrumbsTies } from "./breadcrumbs.js";
export { della, type DellaOptions } from "./della.js";
export { dellaLinear } from "./della.js";
export { slerp, type SlerpOptions } from "./sphere/slerp.js";
export { nuslerp, type NuslerpOptions } from "./sphere/nuslerp.js";
export { multislerp, type MultislerpOptions } from "./sphere/multislerp.js";
export { karcher, type KarcherOptions } from "./sphere/karcher.js";
export { modelStock, type ModelStockOptions } from "./sphere/modelStock.js";
export { nearswap, type NearswapOptions } from "./nearswap.js";
export { arceeFusion, type ArceeFusionOptions } from "./arceeFusion.js";
export { passthrough, type PassthroughOptions } from "./passthrough.js";
export { ram, type RamOptions } from "./ram/ram.js";
export { ramPlusTl, type RamPlusTlOptions } from "./ram/ramPlusTl.js";
export { ramGlobal, type RamGlobalOptions } from "./ram/ramGlobal.js";
export { magMax, type MagMaxOptions } from "./magMax.js";
export {
  consensusTaskArithmetic,
  type ConsensusTaskArithmeticOptions,
} from "./consensusTaskArithmetic.js";
export { tsvM, type TsvMOptions } from "./spectral/tsvM.js";
export { isoC, type IsoCOptions } from "./spectral/isoC.js";
export { resMerge, type ResMergeOptions } from "./spectral/resMerge.js";

/** Names of the merge methods. */
export type MergeMethodName =
  | "average"
  | "taskArithmetic"
  | "ties"
  | "sce"
  | "dareAverage"
  | "dareTaskArithmetic"
  | "dareTies"
  | "dareSce"
  | "linear"
  | "breadcrumbs"
  | "breadcrumbsTies"
  | "della"
  | "dellaLinear"
  | "slerp"
  | "nuslerp"
  | "multislerp"
  | "karcher"
  | "modelStock"
  | "nearswap"
  | "arceeFusion"
  | "passthrough"
  | "ram"
  | "ramPlusTl"
  | "ramGlobal"
  | "magMax"
  | "consensusTaskArithmetic"
  | "tsvM"
  | "isoC"
  | "resMerge";

/**
 * All merge methods: those of the paper's Table 4 with and without DARE, then the rest of mergekit's, then others that need no data.
 *
 * @example
 * for (const { name, models, merge } of Object.values(methods))
 *   if (models.max > 1) console.log(name, merge(base, experts));
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
  linear: linearMethod,
  breadcrumbs: breadcrumbsMethod,
  breadcrumbsTies: breadcrumbsTiesMethod,
  della: dellaMethod,
  dellaLinear: dellaLinearMethod,
  slerp: slerpMethod,
  nuslerp: nuslerpMethod,
  multislerp: multislerpMethod,
  karcher: karcherMethod,
  modelStock: modelStockMethod,
  nearswap: nearswapMethod,
  arceeFusion: arceeFusionMethod,
  passthrough: passthroughMethod,
  ram: ramMethod,
  ramPlusTl: ramPlusTlMethod,
  ramGlobal: ramGlobalMethod,
  magMax: magMaxMethod,
  consensusTaskArithmetic: consensusTaskArithmeticMethod,
  tsvM: tsvMMethod,
  isoC: isoCMethod,
  resMerge: resMergeMethod,
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
