/** The TypeScript files of src/ and what each of them imports, read from the disk. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** The checkout. */
export const ROOT: string = join(
  dirname(fileURLToPath(import.meta.url)),
  "..",
  "..",
);

/** One source file: its path below src/ with forward slashes, its text, and the files of src/ that it imports. */
export interface Source {
  path: string;
  text: string;
  imports: string[];
}

/** Paths below src/ of the files that `text` imports, types included, in whatever form. */
export function importsOf(path: string, text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith("."))
    .map((name) =>
      posix
        .normalize(posix.join(posix.dirname(path), name))
        .replace(/\.js$/, ".ts"),
    );
}

/** Every source file. */
export function readSources(): Source[] {
  const folder = join(ROOT, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const path = relative(folder, join(folder, name)).split(sep).join("/");
      const text = readFileSync(join(folder, name), "utf8");
      return { path, text, imports: importsOf(path, text) };
    });
}
