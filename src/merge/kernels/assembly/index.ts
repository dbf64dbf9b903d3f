/** The kernels of merging in WebAssembly, by the names under which `kernels.ts` finds them. */
export { hasNonFinite, storeBf16, widenBf16, widenF16 } from "./convert.ts";
export { dropMasked, fillMasks, fillWords, maskNonZero } from "./random.ts";
export { pruneSorted, sortRow } from "./rank.ts";
export { countWindow, dropBelow, dropOutside } from "./select.ts";
export {
  addAgreeing,
  addSum,
  balance,
  combine,
  subtract,
  sumMagnitudes,
  sumSquares,
} from "./sum.ts";
