/**
 * Formats the cells of notebooks: `node scripts/notebooks/format.mjs NOTEBOOK...`, or `--check` to name those that differ.
 *
 * Code is TypeScript and prose is Markdown, both at 100 columns, as the structure tests want them. Outputs stay as they are.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { format } from "prettier";

/** Columns of a line of code or prose. */
export const WIDTH = 100;

/**
 * The source of a cell as it should stand.
 *
 * @param type    "code" or "markdown"
 * @param source  text of the cell
 */
export async function formatCell(type, source) {
  const text = await format(source, {
    parser: type === "code" ? "typescript" : "markdown",
    printWidth: WIDTH,
    proseWrap: "always",
  });
  return text.trimEnd();
}

/** Lines as a notebook file holds them: each with its line break but the last. */
function linesOf(text) {
  return text
    .split("\n")
    .map((line, i, all) => (i < all.length - 1 ? line + "\n" : line));
}

async function formatNotebook(path) {
  const before = readFileSync(path, "utf8");
  const notebook = JSON.parse(before);
  for (const cell of notebook.cells) {
    cell.source = linesOf(
      await formatCell(cell.cell_type, cell.source.join("")),
    );
  }
  return { before, after: JSON.stringify(notebook, null, 1) + "\n" };
}

async function main(args) {
  const check = args.includes("--check");
  let differ = 0;
  for (const path of args.filter((arg) => arg !== "--check")) {
    const { before, after } = await formatNotebook(path);
    if (before === after) continue;
    differ++;
    console.log(path);
    if (check) continue;
    writeFileSync(path + ".tmp", after);
    renameSync(path + ".tmp", path);
  }
  return check && differ > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = await main(process.argv.slice(2));
}
