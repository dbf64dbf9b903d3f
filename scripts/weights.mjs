/**
 * Writes the weights of one seed of a study's run beside the study, in bfloat16: `node scripts/weights.mjs STUDY PROFILE SEED MODEL...`
 *
 * So `data/hard/weights` came about, from a finished run of profile full, for readers who want to decode or merge without training:
 * `node scripts/weights.mjs data/hard full 1 sft math coding science instruction agent ties multi`. A model that is there is replaced
 * only where this script wrote it.
 */
import { join } from "node:path";
import { checkpoint, model, study } from "../dist/index.js";

const [path, profile, seed, ...names] = process.argv.slice(2);
if (names.length === 0) {
  console.error("usage: node scripts/weights.mjs STUDY PROFILE SEED MODEL...");
  process.exit(2);
}
const opened = study.open(path, { profile });
for (const name of names) {
  const from = study.modelFolder(opened, name, Number(seed));
  const { config, params } = checkpoint.readModelFolder(from);
  const out = join(opened.folder, "weights", name);
  checkpoint.writeModelFolder(out, {
    config: { ...config, torch_dtype: "bfloat16" },
    params: new Map(
      [...params].map(([key, param]) => [key, { ...param, dtype: "BF16" }]),
    ),
    files: model.folderFilesOf(from),
    provenance: {
      study: opened.spec.name,
      profile,
      seed: Number(seed),
      model: name,
      of: checkpoint.hashModel(from),
    },
  });
  console.log(`${out}  ${checkpoint.hashModel(out).slice(0, 16)}`);
}
