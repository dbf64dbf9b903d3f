/** The kernels of the torch engine beside those of TensorFlow.js. */
import type { AdamWStep, EngineKernels } from "../kernels.js";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tf.js";
import type { TensorInfo, TorchBackend } from "./backend.js";
import { decoderKernels } from "./decoder.js";
import { givenSecond, loadedNative } from "./native.js";

/** All of them, over a running backend. */
export function torchKernels(backend: TorchBackend): EngineKernels {
  const handle = (tensor: Tensor): number =>
    backend.handle(tensor as unknown as TensorInfo);
  const tensorOf = <T extends Tensor>(taken: TensorInfo): T =>
    tf.engine().makeTensorFromTensorInfo(taken as never) as T;
  return {
    crossEntropy(logits, labels) {
      const { crossEntropy } = loadedNative();
      const slope = backend.take(crossEntropy(handle(logits), handle(labels)));
      const loss = backend.takeAs(givenSecond(), [...labels.shape], "float32");
      return {
        loss: tensorOf<Tensor1D>(loss),
        slope: tensorOf<Tensor2D>(slope),
      };
    },
    roundBf16: <T extends Tensor>(values: T): T =>
      tensorOf<T>(backend.take(loadedNative().roundBf16(handle(values)))),
    adamw(weight, gradient, moments, step) {
      const to = new Int32Array(3);
      loadedNative().adamwStep(
        handle(weight),
        handle(gradient),
        handle(moments.first),
        handle(moments.second),
        numbersOf(step),
        to,
      );
      const [next, first, second] = Array.from(to, (result) =>
        tensorOf<Tensor>(backend.takeAs(result, [...weight.shape], "float32")),
      ) as [Tensor, Tensor, Tensor];
      return { weight: next, first, second };
    },
    decoder: decoderKernels(backend),
  };
}

/** In the order in which the addon reads them. */
function numbersOf({
  scale,
  betas,
  epsilon,
  stepSize,
  rootScale,
  decay,
}: AdamWStep): Float64Array {
  return Float64Array.of(
    ...[scale, ...betas, epsilon, stepSize, rootScale, decay],
  );
}
