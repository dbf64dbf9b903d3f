/** `m2rl generate`: answer a prompt with a model folder. */
import { parseArgs } from "node:util";
import { generate as sampleTokens, loadPolicy } from "../../model/index.js";
import { END_OF_TEXT, readFolderChat } from "../../tokenizer/index.js";
import { integerOption, numberOption, UsageError, type Verb } from "../verb.js";

const HELP = `m2rl generate MODEL PROMPT [options]

Print what the model answers to a prompt, its reasoning included. The prompt is put to it by the chat template of its folder.

  --samples N        how many answers, default 1
  --max-tokens N     most tokens of an answer, default 160
  --temperature T    default 1; 0 takes the likeliest token
  --top-p P          nucleus, default 1
  --seed N           default 0
  --raw              continue the prompt as plain text instead of a chat
`;

/** The verb. */
export const generate: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        samples: { type: "string" },
        "max-tokens": { type: "string" },
        temperature: { type: "string" },
        "top-p": { type: "string" },
        seed: { type: "string" },
        raw: { type: "boolean", default: false },
      },
    });
    const [folder, prompt, ...more] = positionals;
    if (folder === undefined || prompt === undefined || more.length > 0) {
      throw new UsageError(
        `generate must be given a model folder and one prompt, got ${positionals.length}; m2rl generate --help`,
      );
    }
    const samples = integerOption("samples", values.samples, 1) ?? 1;
    const maxNewTokens =
      integerOption("max-tokens", values["max-tokens"], 1) ?? 160;
    const temperature =
      numberOption("temperature", values.temperature, 0, 10) ?? 1;
    const topP = numberOption("top-p", values["top-p"], 1e-6, 1) ?? 1;
    const seed = integerOption("seed", values.seed, 0) ?? 0;
    const { policy, tokenizer } = loadPolicy(folder);
    const chat = readFolderChat(folder, tokenizer);
    const text = values.raw
      ? prompt
      : chat.render([{ role: "user", content: prompt }], {
          addGenerationPrompt: true,
        });
    const ids = tokenizer.encode(text);
    const rows = Array.from({ length: samples }, (_, i) => i);
    const completions = sampleTokens(
      policy,
      rows.map(() => ids),
      {
        maxNewTokens,
        stop: values.raw ? tokenizer.id(END_OF_TEXT) : chat.ends,
        temperature,
        topP,
        seed,
        streams: rows.map((i) => `generate/${i}`),
      },
    );
    policy.dispose();
    for (const { tokens, finish } of completions) {
      const end = finish === "stop" ? tokens.slice(0, -1) : tokens;
      output.stdout.write(
        `${tokenizer.decode(end)}${finish === "length" ? " …" : ""}\n`,
      );
    }
    return 0;
  },
};
