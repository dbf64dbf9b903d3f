/** Registers a kernel of TensorFlow.js with this engine; what the library refuses is reported with the kernel's name and its shapes. */
import { EngineError } from "../../error.js";
import { tf } from "../tf.js";
import type { TensorInfo, TorchBackend } from "./backend.js";

/** Inputs of a kernel by name. */
export type Inputs = Record<string, TensorInfo>;

/** Attributes of a kernel by name, as TensorFlow.js gives them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Attributes = Record<string, any>;

/** A kernel: inputs and attributes to one or several results. */
export type Kernel = (
  inputs: Inputs,
  attributes: Attributes,
) => TensorInfo | TensorInfo[];

/** Name of the backend. */
export const BACKEND = "torch";

/** Inputs that an error names; a whole model has hundreds. */
const NAMED = 4;

/** "on float32 (2, 3), int32 (4)", of the first inputs. */
function described(inputs: Inputs): string {
  const all = Object.values(inputs).map(
    ({ dtype, shape }) => `${dtype} (${shape.join(", ")})`,
  );
  const rest = all.length > NAMED ? [`${all.length - NAMED} more`] : [];
  return all.length === 0
    ? "here"
    : `on ${[...all.slice(0, NAMED), ...rest].join(", ")}`;
}

/**
 * Run work of the library; what it refuses becomes an EngineError.
 *
 * @param name    of the operation
 * @param inputs  whose types and shapes the error names
 * @throws EngineError the library refuses
 */
export function reported<T>(name: string, inputs: Inputs, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0]!;
    throw new EngineError(
      `${name}: must run ${described(inputs)}, got "${reason}"`,
      { cause },
    );
  }
}

/** Register kernels by their names. */
export function register(
  backend: TorchBackend,
  kernels: Record<string, (backend: TorchBackend) => Kernel>,
): void {
  for (const [kernelName, make] of Object.entries(kernels)) {
    const kernel = make(backend);
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: (({
        inputs,
        attrs,
      }: {
        inputs: Inputs;
        attrs?: Attributes;
      }) =>
        reported(kernelName, inputs, () =>
          kernel(inputs, attrs ?? {}),
        )) as never,
    });
  }
}
