/** Which engine a process uses: what the environment asks for, else what the checkout was set up with last, else TensorFlow. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EngineError } from "../error.js";

/** The engines: "tensorflow", the default, and "torch", PyTorch's C++ library. */
export type EngineName = "tensorflow" | "torch";

const ENGINES: readonly EngineName[] = ["tensorflow", "torch"];

/** Written by the set-up when it is asked for an engine by `M2RL_ENGINE`. */
const REMEMBERED = fileURLToPath(
  new URL("../../.cache/engine.json", import.meta.url),
);

/**
 * The engine of this process: `M2RL_ENGINE`, else the one that the set-up remembers in `.cache/engine.json`, else "tensorflow".
 *
 * @throws EngineError the name is not known
 * @example
 * chosenEngine() // "tensorflow"
 */
export function chosenEngine(): EngineName {
  const name = process.env["M2RL_ENGINE"] || remembered() || "tensorflow";
  if (!(ENGINES as readonly string[]).includes(name))
    throw new EngineError(
      `chosenEngine: M2RL_ENGINE must be one of ${ENGINES.join(", ")}, got ${name}`,
    );
  return name as EngineName;
}

function remembered(): string | undefined {
  try {
    const { engine } = JSON.parse(readFileSync(REMEMBERED, "utf8")) as {
      engine: string;
    };
    return engine;
  } catch {
    return undefined; // no checkout, or one whose set-up was asked for no engine
  }
}
