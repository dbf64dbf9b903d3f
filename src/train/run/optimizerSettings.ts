/** The settings that every trainer has; steps, learning rate and betas have a default of their own in each. */

/** Optimizer and memory. */
export const OPTIMIZER_SETTINGS = {
  weightDecay: {
    type: "number",
    min: 0,
    default: 0.1,
    doc: "Decoupled weight decay of matrices.",
  },
  clip: {
    type: "number",
    above: 0,
    infinite: true,
    default: 1,
    doc: "Largest global norm of the gradient.",
  },
  store: {
    type: "choice",
    of: ["float32", "bfloat16"],
    default: "float32",
    doc: "How weights are kept between steps; bfloat16 is the paper's storage: rounded after every step, without a float32 copy.",
  },
  microBatchTokens: {
    type: "integer",
    min: 1,
    default: 4096,
    doc: "Tokens of one forward and backward pass, padding included: a bound on memory.",
  },
  gradientCheckpointing: {
    type: "flag",
    default: false,
    doc: "Keep only the input of each layer for the backward pass and compute the layer again there: less memory, about a third more time, the same bits.",
  },
} as const;
