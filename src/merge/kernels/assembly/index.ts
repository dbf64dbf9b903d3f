/** The kernels of merging in WebAssembly, by the names under which `kernels.ts` finds them. */
export { hasNonFinite, storeBf16, widenBf16, widenF16 } from "./convert";
export { dropMasked, fillMasks, fillWords, maskNonZero } from "./random";
export { pruneSorted, sortRow } from "./rank";
export { countWindow, dropBelow, dropOutside } from "./select";
export {
  addAgreeing,
  addSum,
  balance,
  combine,
  subtract,
  sumMagnitudes,
  sumSquares,
} from "./sum";
