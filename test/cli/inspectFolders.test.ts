/** `m2rl inspect` on broken model folders: an exit code and one line, whatever is wrong. */
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli.js";
import { Random } from "../../src/random.js";
import { testFolder } from "../checkpoint/files.js";
import { baseParams, writeModel } from "../merge/checkpoints.js";

const COUNT = 200;

/** Ways to break a file; `others` are the files of the folder. */
const BREAK: readonly ((
  path: string,
  bytes: Buffer,
  random: Random,
  others: readonly Buffer[],
) => void)[] = [
  (path) => rmSync(path),
  (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  (path, bytes, random) => truncateSync(path, random.int(0, bytes.length - 1)),
  (path, bytes, random) => {
    bytes[placeIn(bytes, random)]! ^= 1 << random.int(0, 7);
    writeFileSync(path, bytes);
  },
  (path, bytes, random) => {
    const at = placeIn(bytes, random);
    const noise = Buffer.from([random.int(0, 255), random.int(0, 255)]);
    writeFileSync(
      path,
      Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]),
    );
  },
  (path, bytes, random) => {
    const at = placeIn(bytes, random);
    const after = bytes.subarray(at + random.int(1, 6));
    writeFileSync(path, Buffer.concat([bytes.subarray(0, at), after]));
  },
  (path, _bytes, random, others) => writeFileSync(path, random.pick(others)),
];

/** A place in the header, as a rule. */
function placeIn(bytes: Buffer, random: Random): number {
  const end = random.chance(0.8) ? Math.min(bytes.length, 800) : bytes.length;
  return random.int(0, end - 1);
}

test(`m2rl inspect ends with 0 or 1, and one line without a stack trace, on ${COUNT} folders with a broken file`, async () => {
  const folder = join(testFolder(), "model");
  writeModel(folder, baseParams(), { shardSize: 40_000 });
  const files = readdirSync(folder).map((name) => join(folder, name));
  const sound = files.map((path) => readFileSync(path));
  const random = new Random(1, "inspect");
  const codes = new Set<number>();
  for (let i = 0; i < COUNT; i++) {
    const which = random.int(0, files.length - 1);
    const path = files[which]!;
    random.pick(BREAK)(path, Buffer.from(sound[which]!), random, sound);
    const args = ["--scan", "--json"].filter(() => random.chance(0.5));
    if (random.chance(0.5)) args.push("--mode", "reference");
    let err = "";
    const code = await main(["inspect", folder, ...args], {
      stdout: { write: () => true },
      stderr: { write: (text) => (err += text) },
    });
    codes.add(code);
    expect([0, 1], `${i}: ${path} ${err}`).toContain(code);
    expect(err, `${i}: ${path}`).toMatch(
      code === 0 ? /^$/ : /^CheckpointError: (?!.*internal:)[^\n]+\n$/,
    );
    rmSync(path, { recursive: true, force: true });
    writeFileSync(path, sound[which]!);
  }
  expect(codes).toEqual(new Set([0, 1]));
});
