/** `m2rl merge`: model folders → one model folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readModelFolder, writeModelFolder } from "../checkpoint/index.js";
import {
  method as methodOf,
  methods,
  type MergeOptions,
} from "../merge/index.js";
import { hashWeights } from "../train/index.js";
import { UsageError, type Verb } from "./verb.js";

const LIST = Object.entries(methods)
  .map(([name, { title, defaults }]) => {
    const options = Object.entries(defaults).map(
      ([key, value]) => `${key}=${value}`,
    );
    return `  ${name.padEnd(18)} ${title}${options.length > 0 ? `; ${options.join(", ")}` : ""}`;
  })
  .join("\n");

const HELP = `m2rl merge METHOD EXPERT... --anchor FOLDER --out FOLDER [options]

Merge experts that were all trained from the anchor.

  --anchor FOLDER      the model that the experts started from
  --out FOLDER         where the merged model goes
  --option NAME=VALUE  an option of the method; may be repeated

Methods and the defaults of their options
${LIST}
`;

function parseOption(text: string): [string, number | boolean] {
  const [name, value] = text.split("=");
  const parsed =
    value === "true" || value === "false" ? value === "true" : Number(value);
  if (
    !name ||
    value === undefined ||
    value.trim() === "" ||
    Number.isNaN(parsed)
  ) {
    throw new UsageError(
      `--option must be NAME=NUMBER or NAME=true, got ${JSON.stringify(text)}`,
    );
  }
  return [name, parsed];
}

/** The verb. */
export const merge: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        anchor: { type: "string" },
        out: { type: "string" },
        option: { type: "string", multiple: true, default: [] },
      },
    });
    const [name, ...folders] = positionals;
    const { anchor, out } = values;
    if (
      name === undefined ||
      folders.length === 0 ||
      anchor === undefined ||
      out === undefined
    ) {
      throw new UsageError(
        "merge must be given a method, experts, --anchor and --out; m2rl merge --help",
      );
    }
    const chosen = methodOf(name);
    const options: MergeOptions = Object.fromEntries(
      values.option.map(parseOption),
    );
    const base = readModelFolder(anchor);
    const experts = folders.map((folder) => readModelFolder(folder).params);
    const params = chosen.merge(base.params, experts, options);
    const tokenizer = join(anchor, "tokenizer.json");
    const inputs = Object.fromEntries(
      [anchor, ...folders].map((folder) => [folder, hashWeights(folder)]),
    );
    writeModelFolder(out, {
      config: base.config,
      params,
      tokenizer: existsSync(tokenizer)
        ? readFileSync(tokenizer, "utf8")
        : undefined,
      provenance: {
        method: name,
        options: { ...chosen.defaults, ...options },
        inputs,
      },
    });
    output.stdout.write(
      `${out}: ${chosen.title} of ${folders.length} experts\n`,
    );
    return 0;
  },
};
