/**
 * Step "native binding": compiles the binding of @tensorflow/tfjs-node-gpu against the unpacked TensorFlow.
 *
 * The binding calls 55 functions of TensorFlow's C interface and Node-API version 8, both of which stay compatible, so
 * one compiler call without node-gyp makes it, and one file serves every Node from 20 on. Where no wheel could be had
 * the package's own download is tried: TensorFlow 2.9 with a ready-made binding.
 */
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { command, saysOffline, SetupError, tail } from "../command.mjs";
import { BINDING, digest, ROOT } from "../place.mjs";
import { stampedStep } from "../stampedStep.mjs";
import { compile, sourcesDigest, tryOut } from "./compile.mjs";
import {
  chosenVariant,
  choiceReason,
  forgetChoice,
  requestedVariant,
  TENSORFLOW,
  tensorflowFolder,
  tensorflowLibraries,
} from "./tensorflow.mjs";

const NAME = "native binding";
const TARGET = join(BINDING, "lib", "napi-v8", "tfjs_binding.node");
const STAMP = join(dirname(TARGET), "m2rl.json");
const SOURCES = join(BINDING, "binding");

/** The folder in which the binding looks for TensorFlow: relative, so that a checkout can be moved. */
function rpath(variant) {
  const here = process.platform === "darwin" ? "@loader_path" : "$ORIGIN";
  return `${here}/${relative(dirname(TARGET), join(tensorflowFolder(variant), "tensorflow"))}`;
}

/** Arguments of the one compiler call. */
function compilerArguments(variant, output) {
  return [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...(process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : []),
    `-I${join(ROOT, "node_modules", "node-api-headers", "include")}`,
    `-I${join(tensorflowFolder(variant), "tensorflow", "include")}`,
    `-I${BINDING}`,
    ...["-o", output],
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) =>
      join(SOURCES, name),
    ),
    ...tensorflowLibraries(variant),
    `-Wl,-rpath,${rpath(variant)}`,
  ];
}

function wanted() {
  const variant = chosenVariant();
  if (variant === undefined) return undefined;
  return {
    variant,
    tensorflow: TENSORFLOW,
    sources: sourcesDigest(SOURCES),
    arguments: digest(
      ...compilerArguments(variant, "").map((argument) =>
        argument.replaceAll(ROOT, ""),
      ),
    ),
  };
}

const LOAD = `
const tf = require(${JSON.stringify(BINDING)});
const backend = tf.backend();
const product = tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0]);
if (product !== 11) throw new Error("1·3 + 2·4 must be 11, got " + product);
console.log("TensorFlow " + backend.binding.TF_Version + " " + (backend.isUsingGpuDevice ? "on the GPU" : "on the CPU"));
`;

/** Node 23 and later lack `util.isNullOrUndefined`, which the package calls at its first op. */
const SHIM = `require("node:util").isNullOrUndefined ??= (value) => value === null || value === undefined;`;

/** The package's own download; it rewrites its package.json while it works, which a failure must not leave behind. */
async function ownDownload(log) {
  const kind = requestedVariant() === "cuda" ? "gpu" : "cpu";
  log(
    `      no TensorFlow ${TENSORFLOW} wheel (${choiceReason()}); trying the package's own TensorFlow 2.9 for the ${kind}`,
  );
  const manifest = join(BINDING, "package.json");
  const before = `${manifest}.before`;
  if (!existsSync(before)) copyFileSync(manifest, before);
  const { code, output } = await command(
    process.execPath,
    [join("scripts", "install.js"), kind, "download"],
    {
      cwd: BINDING,
      env: {
        PATH: `${join(ROOT, "node_modules", ".bin")}:${process.env.PATH}`,
      },
      beat: "downloading TensorFlow 2.9",
      log,
    },
  );
  renameSync(before, manifest);
  if (code === 0 && existsSync(TARGET)) return;
  const offline = saysOffline(output);
  const reason = choiceReason();
  // The wheel may be there next time.
  forgetChoice();
  throw new SetupError(
    `${NAME}: there is no tensor engine: ${reason}; and the package's own download (TensorFlow 2.9) failed` +
      `${offline ? ": its host cannot be reached" : `\n${tail(output, 6)}`}\n` +
      "    merging, analysis and evaluation of records still work; training needs the engine",
    { offline },
  );
}

export const binding = stampedStep({
  name: NAME,
  after: ["node modules", "tensorflow"],
  needs: ["compiler"],
  folder: join(ROOT, "node_modules"),
  stamp: STAMP,
  made: TARGET,
  wanted,

  async produce(tools) {
    const variant = chosenVariant();
    rmSync(STAMP, { force: true });
    if (variant === "package") await ownDownload(tools.log);
    else
      await compile(
        NAME,
        TARGET,
        (output) => compilerArguments(variant, output),
        tools,
      );
    const output = await tryOut(NAME, SHIM + LOAD, {
      TF_CPP_MIN_LOG_LEVEL: "3",
      TF_ENABLE_ONEDNN_OPTS: "0",
      NODE_NO_WARNINGS: "1",
    });
    // TensorFlow may log above it.
    return output.split("\n").at(-1);
  },
});
