/** The tensors of a low-rank adapter, added to those of its base while they are read. */
import { join } from "node:path";
import { CheckpointError } from "../../error.js";
import { adapterScale } from "./adapterConfig.js";
import {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  readAdapterConfig,
} from "./modelPlace.js";

/** A tensor as far as an adapter must know it. */
interface TensorHead {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: number;
}

/** The adapter's file, open. */
export interface AdapterFile {
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, TensorHead>;
  read(name: string, start: number, out: Float32Array): void;
  checkUnchanged(): void;
  close(): void;
}

/** What PEFT puts before the name of a weight, and between the layer's name and ".weight". */
const KEY = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/;

/** Formats whose values can be added to. */
const FLOATS: readonly string[] = ["F16", "BF16", "F32", "F64"];

/**
 * PEFT's name of one of the two factors of a weight.
 *
 * @example
 * adapterKey("lm_head.weight", "A") // "base_model.model.lm_head.lora_A.weight"
 */
export function adapterKey(weight: string, factor: "A" | "B"): string {
  return `base_model.model.${weight.replace(/\.weight$/, "")}.lora_${factor}.weight`;
}

/** An open adapter; the factors of one weight are in memory at a time. */
export class Adapter {
  private readonly scale: number;
  private loaded:
    { name: string; a: Float32Array; b: Float32Array } | undefined;

  /**
   * @param folder  with adapter_config.json
   * @param file    its adapter_model.safetensors, owned from now on
   * @param base    tensors of the base
   * @throws CheckpointError something is not implemented, or a tensor does not fit the base
   */
  constructor(
    folder: string,
    readonly file: AdapterFile,
    private readonly base: ReadonlyMap<string, TensorHead>,
  ) {
    const config = join(folder, ADAPTER_CONFIG);
    const json = readAdapterConfig(folder);
    this.scale = adapterScale(json, config);
    for (const key of file.tensors.keys()) this.check(key, Number(json["r"]));
  }

  /** Whether a weight of the base is changed. */
  has(name: string): boolean {
    return this.file.tensors.has(adapterKey(name, "A"));
  }

  /**
   * Add scale · B · A to entries of a weight, in place; each is summed in float64 and rounded once, whatever range is asked for.
   *
   * @param start   first entry, counted row by row
   * @param values  entries of the base
   */
  add(name: string, start: number, values: Float32Array): void {
    const { a, b } = this.factors(name);
    const columns = this.base.get(name)!.shape[1]!;
    const rank = a.length / columns;
    const sums = new Float64Array(Math.min(columns, values.length));
    for (let done = 0; done < values.length;) {
      const row = Math.floor((start + done) / columns);
      const from = start + done - row * columns;
      const count = Math.min(columns - from, values.length - done);
      sums.fill(0, 0, count);
      for (let r = 0; r < rank; r++) {
        const factor = b[row * rank + r]!;
        const at = r * columns + from;
        for (let i = 0; i < count; i++) sums[i]! += factor * a[at + i]!;
      }
      for (let i = 0; i < count; i++)
        values[done + i]! += this.scale * sums[i]!;
      done += count;
    }
  }

  private factors(name: string): { a: Float32Array; b: Float32Array } {
    if (this.loaded?.name !== name) {
      const [a, b] = (["A", "B"] as const).map((factor) => {
        const key = adapterKey(name, factor);
        const values = new Float32Array(this.file.tensors.get(key)!.elements);
        this.file.read(key, 0, values);
        return values;
      });
      this.loaded = { name, a: a!, b: b! };
    }
    return this.loaded;
  }

  /** Check that a tensor of the adapter is a factor of a weight that the base has, and that the other factor fits. */
  private check(key: string, rank: number): void {
    const [, layer, factor] = KEY.exec(key) ?? [];
    const name = `${layer}.weight`;
    const refuse = (text: string): never => {
      throw new CheckpointError(
        `${ADAPTER_WEIGHTS}: tensor ${JSON.stringify(key)} must ${text}`,
      );
    };
    if (layer === undefined)
      return refuse("be lora_A or lora_B of a linear layer, got another name");
    const weight = this.base.get(name);
    if (weight === undefined || weight.shape.length !== 2)
      return refuse(`belong to a matrix of the base, got no ${name} there`);
    const { tensors } = this.file;
    const other = factor === "A" ? "B" : "A";
    if (!tensors.has(adapterKey(name, other)))
      refuse(`have its lora_${other}, got none`);
    const { shape, dtype } = tensors.get(key)!;
    const [rows, columns] = weight.shape;
    const fits = factor === "A" ? [rank, columns] : [rows, rank];
    if (shape.join() !== fits.join())
      refuse(`have shape (${fits.join(", ")}), got (${shape.join(", ")})`);
    for (const each of [dtype, weight.dtype])
      if (!FLOATS.includes(each))
        refuse(`and its weight have dtype ${FLOATS.join(", ")}, got ${each}`);
  }
}
