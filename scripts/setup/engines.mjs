/** Which engines are set up: TensorFlow always, PyTorch's library where it has been asked for; and which one the checkout uses. */
import { join } from "node:path";
import { SetupError } from "./command.mjs";
import { CACHE, readStamp, writeStamp } from "./place.mjs";

const ENGINES = ["tensorflow", "torch"];

/** What src/engine/choice.ts reads. */
const REMEMBERED = join(CACHE, "engine.json");

/**
 * What `M2RL_ENGINE` asks for: "tensorflow", "torch", or undefined where it is not set.
 *
 * @throws SetupError another value
 */
export function requestedEngine() {
  const value = process.env.M2RL_ENGINE;
  if (value === undefined || value === "") return undefined;
  if (!ENGINES.includes(value))
    throw new SetupError(
      `set-up: M2RL_ENGINE must be one of ${ENGINES.join(", ")}, got ${value}`,
    );
  return value;
}

/** The engine that this checkout uses where nothing else is asked for. */
export function rememberedEngine() {
  return readStamp(REMEMBERED)?.engine ?? ENGINES[0];
}

/** From now on this checkout uses an engine. */
export function rememberEngine(engine) {
  if (engine !== rememberedEngine()) writeStamp(REMEMBERED, { engine });
}
