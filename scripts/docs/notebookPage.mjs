/** A Jupyter notebook as a Markdown page: prose as it is, cells as code, outputs as text, tables and pictures. */

const FENCE = "````";

function fenced(language, text) {
  return `${FENCE}${language}\n${text.trimEnd()}\n${FENCE}`;
}

function joined(text) {
  return Array.isArray(text) ? text.join("") : String(text);
}

/** One output; pictures go through `picture`, which keeps their text and returns a link to it. */
function outputText(output, picture) {
  if (output.output_type === "stream")
    return fenced("text", joined(output.text));
  const data = output.data ?? {};
  if (data["image/svg+xml"])
    return `![what the cell above draws](${picture(joined(data["image/svg+xml"]))})`;
  if (data["text/html"]) return joined(data["text/html"]);
  if (data["text/markdown"]) return joined(data["text/markdown"]);
  return fenced("text", joined(data["text/plain"] ?? ""));
}

function cellText(cell, picture) {
  const source = joined(cell.source);
  if (cell.cell_type !== "code") return source;
  const outputs = cell.outputs.map((output) => outputText(output, picture));
  return [fenced("ts", source), ...outputs].join("\n\n");
}

/**
 * @param notebook  a parsed .ipynb file
 * @param picture   (svg text, number from 1) → the address under which the page finds it
 * @returns { title, markdown }: the first heading, and the page without it
 */
export function notebookPage(notebook, picture) {
  let pictures = 0;
  const text = notebook.cells
    .map((cell) => cellText(cell, (svg) => picture(svg, ++pictures)))
    .join("\n\n");
  const [, title, markdown] = /^#\s+(.*)\n([\s\S]*)$/.exec(text.trim()) ?? [
    null,
    "Notebook",
    text,
  ];
  return { title, markdown };
}
