/** References of a study file: "math", "experts", "experts@20", "replicas[seed=11]" → models and checkpoints. */
import { hint } from "../../nearest.js";
import type { Model, Ref } from "../graph/model.js";

const REFERENCE = /^([A-Za-z][A-Za-z0-9_.-]*)(?:\[([^\]]*)\])?(?:@(\d+))?$/;

/** The models that are known so far: a reference may name what stands above it. */
export class Names {
  readonly models: Model[] = [];
  readonly lists: Map<string, string[]> = new Map();

  constructor(base: Model) {
    this.add(base, "base");
  }

  /** Add a model to the list of its entry; a model that only a chain needs is known by its own name alone. */
  add(model: Model, list: string | null): void {
    this.models.push(model);
    if (list !== null)
      this.lists.set(list, [...(this.lists.get(list) ?? []), model.name]);
  }

  get(name: string): Model | undefined {
    return this.models.find((model) => model.name === name);
  }

  /** All names that a reference may hold. */
  get known(): string[] {
    return [
      ...new Set([
        ...this.lists.keys(),
        ...this.models.map(({ name }) => name),
      ]),
    ];
  }

  /**
   * The models that a reference names, in order.
   *
   * A checkpoint `list@20` of a run that ended earlier is the finished model; `model@20` must lie within the run.
   *
   * @throws Error what must hold, got what
   */
  resolve(text: string): Ref[] {
    const parts = REFERENCE.exec(text);
    if (!parts)
      throw new Error(
        `must be a reference such as math, math@20 or experts[seed=1], got ${JSON.stringify(text)}`,
      );
    const [, name = "", filter, stepText] = parts;
    const single = this.get(name);
    const names = single ? [name] : this.lists.get(name);
    if (!names)
      throw new Error(
        `must name a model of this study that stands above it, got ${JSON.stringify(name)}; ${hint(name, this.known)}`,
      );
    const chosen = names
      .map((each) => this.get(each)!)
      .filter((model) => fits(model, filter, text));
    if (chosen.length === 0)
      throw new Error(
        `must name a model, got ${JSON.stringify(text)}: none fits`,
      );
    const step = stepText === undefined ? null : Number(stepText);
    return chosen.map((model) => ({
      model: model.name,
      step: checkpoint(model, step, single !== undefined),
    }));
  }
}

function fits(
  { values }: Model,
  filter: string | undefined,
  text: string,
): boolean {
  if (filter === undefined) return true;
  return filter.split(",").every((part) => {
    const [name = "", value = ""] = part.split("=").map((each) => each.trim());
    if (!Object.hasOwn(values, name))
      throw new Error(
        `must choose by a variable of the list, got ${JSON.stringify(text)}; ${hint(name, Object.keys(values))}`,
      );
    return String(values[name]) === value;
  });
}

/** The step of a checkpoint; null where it is the finished model. */
function checkpoint(
  { name, steps }: Model,
  step: number | null,
  isSingle: boolean,
): number | null {
  if (step === null) return null;
  if (steps === null)
    throw new Error(
      `must be a checkpoint of a training run, got ${name}@${step}: ${name} is not trained`,
    );
  if (step < 1 || (isSingle && step > steps))
    throw new Error(
      `must be a checkpoint of ${name} (steps 1 to ${steps}), got ${name}@${step}`,
    );
  return step < steps ? step : null;
}
