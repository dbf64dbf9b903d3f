/** What methods of matrices do with every other tensor: they have no directions to look at, so the experts are averaged. */
import { mergeCombination } from "../../parts/combine.js";
import { taskVectors, walk } from "../../parts/walk.js";
import type { Emit, MergeContext, TensorInput } from "../../tensor.js";

/** Emit base + λ · mean of the task vectors. */
export function emitMeanTaskVector(
  input: TensorInput,
  lambda: number,
  context: MergeContext,
  emit: Emit,
): void {
  const factors = input.experts.map(() => lambda / input.experts.length);
  mergeCombination(taskVectors(walk(input, context)), 1, factors, emit);
}
