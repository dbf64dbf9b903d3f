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

test("a cell in notebooks/ imports the library with its types, the native engine without log lines, and data frames on it", () => {
  const cells = [
    `import { merge } from "m2rl";\nconst kind: "object" = typeof merge as "object";\nconsole.log(kind);`,
    `import { engine } from "m2rl";\n` +
      `const { tensorflow } = engine.startEngine();\n` +
      `console.log(tensorflow.length > 0, engine.tf.scalar(3).mul(4).dataSync()[0]);`,
    `import { DataFrame } from "danfojs-node";\n` +
      `console.log(new DataFrame({ a: [1, 2] }).tensor.sum().dataSync()[0]);`,
  ];
  const python = join(VENV, "bin", "python");
  const output = execFileSync(
    python,
    ["-c", RUN_CELLS, JSON.stringify(cells), join(ROOT, "notebooks")],
    {
      encoding: "utf8",
    },
  );
  expect(JSON.parse(output)).toEqual([["object\n"], ["true 12\n"], ["3\n"]]);
}, 120_000);
