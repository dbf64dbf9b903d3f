/** The notebook kernel that the set-up installs runs cells that import the library and the native engine. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const VENV = join(ROOT, ".venv");

/** Runs the cells given as JSON in one kernel and prints their outputs as JSON. */
const RUN_CELLS = `
import json, sys, nbclient, nbformat
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in json.loads(sys.argv[1])])
nbclient.NotebookClient(notebook, kernel_name="tslab", resources={"metadata": {"path": sys.argv[2]}}).execute()
print(json.dumps([[output.get("text", "") for output in cell.outputs] for cell in notebook.cells]))
`;

test("the kernel specification lies inside the checkout and names files that exist", () => {
  const path = join(
    VENV,
    "share",
    "jupyter",
    "kernels",
    "tslab",
    "kernel.json",
  );
  const { argv, language } = JSON.parse(readFileSync(path, "utf8")) as {
    argv: string[];
    language: string;
  };
  expect(language).toBe("typescript");
  expect(existsSync(argv[0]!)).toBe(true);
  expect(existsSync(argv[1]!)).toBe(true);
});

test("a cell in notebooks/ imports the library with its types, and the native engine without log lines", () => {
  const cells = [
    `import { merge } from "m2rl";\nconst kind: "object" = typeof merge as "object";\nconsole.log(kind);`,
    `import * as tf from "@tensorflow/tfjs-node-gpu";\n` +
      `console.log(tf.tidy(() => tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0]));`,
  ];
  const python = join(VENV, "bin", "python");
  const output = execFileSync(
    python,
    ["-c", RUN_CELLS, JSON.stringify(cells), join(ROOT, "notebooks")],
    {
      encoding: "utf8",
    },
  );
  expect(JSON.parse(output)).toEqual([["object\n"], ["11\n"]]);
}, 120_000);
