/** For which seeds a section of a study is done; for none without the section. */
import type { StudySpec } from "./spec.js";

/** Seeds whose experts are merged at several sizes. */
export function sizeSeeds({ size, seeds }: StudySpec): number[] {
  return size ? (size.seeds ?? seeds.slice(0, 1)) : [];
}

/** Seeds whose experts are trained once more in bfloat16. */
export function storageSeeds({ storage, seeds }: StudySpec): number[] {
  return storage ? (storage.seeds ?? seeds.slice(0, 1)) : [];
}

/** Seeds whose experts are trained in four ways. */
export function whySeeds({ why, seeds }: StudySpec): number[] {
  return why ? (why.seeds ?? seeds) : [];
}
