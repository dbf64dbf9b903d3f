/** `m2rl inspect`: what a checkpoint consists of, and whether it is sound. */
import { parseArgs } from "node:util";
import {
  Checkpoint,
  type Inspection,
  inspectCheckpoint,
  scanTensor,
  type StoredTensor,
  type TensorScan,
} from "../checkpoint/index.js";
import { CheckpointError } from "../error.js";
import { byteProgress } from "./output/byteProgress.js";
import {
  type CliOutput,
  onlyArgument,
  textTable,
  UsageError,
  type Verb,
} from "./verb.js";

const HELP = `m2rl inspect PATH [options]

Say what a .safetensors file, or a model folder with one or with shards, consists of: files, tensors, shapes, dtypes, parameters,
bytes, tied embeddings. Headers are read, and the values only of an output head that may repeat the embedding.

  --scan         read all values: NaN, infinite, subnormal, smallest, largest, norm of each tensor
  --mode MODE    strict (default), or reference: the verdicts of the safetensors library, which lets more pass
  --json         print one JSON object

Exit code 0: the checkpoint is sound. 1: it is not, and one line on stderr says why: a broken format, or with --scan, in either
mode, a value that is NaN or infinite, or a BOOL that is neither 0 nor 1; what was found is printed all the same.
`;

/** A tensor with what the scan found; null where its dtype is not converted. */
interface ScannedTensor extends StoredTensor {
  scan?: TensorScan | null;
}

/** The verb. */
export const inspect: Verb = {
  help: HELP,
  main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        scan: { type: "boolean", default: false },
        mode: { type: "string", default: "strict" },
        json: { type: "boolean", default: false },
      },
    });
    const path = onlyArgument("inspect", "path", positionals);
    const { mode } = values;
    if (mode !== "strict" && mode !== "reference")
      throw new UsageError(
        `--mode must be strict or reference, got ${JSON.stringify(mode)}`,
      );
    try {
      const checkpoint = Checkpoint.open(path, { mode });
      const inspection = inspectCheckpoint(checkpoint);
      const tensors: ScannedTensor[] = values.scan
        ? scanAll(checkpoint, inspection, output)
        : inspection.tensors;
      checkpoint.close();
      output.stdout.write(
        values.json
          ? `${JSON.stringify({ ...inspection, tensors })}\n`
          : describe(inspection, tensors, values.scan),
      );
      checkValues(checkpoint, tensors);
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      const line = error.message.replaceAll("\n", " ");
      output.stderr.write(`${error.name}: ${line}\n`);
      return Promise.resolve(1);
    }
    return Promise.resolve(0);
  },
};

function scanAll(
  checkpoint: Checkpoint,
  { bytes, tensors }: Inspection,
  { stderr }: CliOutput,
): ScannedTensor[] {
  const progress = byteProgress(stderr, "scanned", bytes);
  const scanned = tensors.map((tensor) => ({
    ...tensor,
    scan: scanTensor(checkpoint, tensor.name, progress.add),
  }));
  progress.end();
  return scanned;
}

/** Refuse NaN and infinite values: one line for the first of them, with the number of the other tensors. */
function checkValues(
  { tensors: places }: Checkpoint,
  tensors: readonly ScannedTensor[],
): void {
  const broken = tensors.filter(({ scan }) => scan?.fault != null);
  const [first] = broken;
  if (first === undefined) return;
  const { index, value } = first.scan!.fault!;
  const what = first.dtype === "BOOL" ? "0 or 1" : "finite";
  const others =
    broken.length > 1
      ? `; and ${plural(broken.length - 1, "other tensor")}`
      : "";
  throw new CheckpointError(
    `${places.get(first.name)!.file}: tensor ${JSON.stringify(first.name)} must be ${what}, got ${value} at element ${index}${others}`,
  );
}

function describe(
  { path, files, parameters, bytes, dtypes, tied, metadata }: Inspection,
  tensors: readonly ScannedTensor[],
  scan: boolean,
): string {
  const sharded = files.length > 1;
  const head = ["tensor", "dtype", "shape", "parameters", "bytes"];
  if (sharded) head.push("file");
  if (scan) head.push("nan", "inf", "subnormal", "min", "max", "norm");
  const rows = tensors.map((tensor) => {
    const { name, dtype, shape, elements, bytes: size, file } = tensor;
    const row = [
      printable(name),
      dtype,
      `[${shape.join(", ")}]`,
      count(elements),
      count(size),
    ];
    if (sharded) row.push(printable(file));
    if (scan) row.push(...scanCells(tensor.scan ?? null));
    return row;
  });
  const pairs = Object.entries(metadata).map(
    ([key, value]) => `${printable(key)}=${printable(value)}`,
  );
  const lines = [
    `${path}: ${plural(files.length, "file")}, ${plural(tensors.length, "tensor")}, ${count(parameters)} parameters, ${count(bytes)} bytes`,
    ...dtypes.map(
      (total) =>
        `  ${total.dtype}: ${plural(total.tensors, "tensor")}, ${count(total.parameters)} parameters, ${count(total.bytes)} bytes`,
    ),
    `  output head: ${TYING[tied]}`,
    `  metadata: ${pairs.length === 0 ? "none" : pairs.join(", ")}`,
  ];
  return `${lines.join("\n")}\n\n${textTable([head, ...rows])}\n`;
}

const TYING: Readonly<Record<Inspection["tied"], string>> = {
  config: "the embedding, tied by config.json",
  copy: "stored, with the same bytes as the embedding",
  apart: "stored, apart from the embedding",
  contradiction:
    "stored, and differs from the embedding, though config.json says they are tied",
  "no head": "none stored, and no config.json that ties it to the embedding",
  "no embedding": "no embedding stored",
};

function scanCells(scan: TensorScan | null): string[] {
  if (scan === null) return ["-", "-", "-", "-", "-", "-"];
  const { nan, infinite, subnormal, min, max, norm } = scan;
  const number = (value: number | null): string =>
    value === null ? "-" : value.toPrecision(4);
  return [
    count(nan),
    count(infinite),
    count(subnormal),
    number(min),
    number(max),
    number(norm),
  ];
}

/** Digits in groups of three. */
function count(value: number): string {
  return value.toLocaleString("en-US");
}

function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Text from a file without what would steer a terminal. */
function printable(text: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
    ? JSON.stringify(text).replace(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
        (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
      )
    : text;
}
