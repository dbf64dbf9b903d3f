/** The YAML of a recipe: values by their keys, and errors that point at file, line and column. */
import {
  type LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type Node,
} from "yaml";
import { RecipeError } from "../../error.js";
import { parseYaml } from "../../io/index.js";
import { hint } from "../../nearest.js";
import type { Place } from "./recipe.js";

/** A key and its value, which is null where the file has none. */
export interface Entry {
  key: Node;
  value: Node | null;
}

/** The one-line text of an error about a place in a recipe. */
export function recipeError(
  { file }: { file: string },
  { line, column }: Place,
  text: string,
): RecipeError {
  return new RecipeError(`recipe: ${file}:${line}:${column}: ${text}`);
}

/** A value as a message shows it. */
export function show(node: Node | null): string {
  if (node === null || (isScalar(node) && node.value === null))
    return "nothing";
  if (isMap(node)) return "a map";
  if (isSeq(node)) return "a list";
  if (!isScalar(node)) return String(node);
  return typeof node.value === "string"
    ? JSON.stringify(node.value)
    : String(node.value);
}

/** An open recipe text. JSON is YAML, so it is read as well. */
export class RecipeDocument {
  readonly file: string;
  private readonly document: Document;
  private readonly lines: LineCounter;
  private readonly noted = new Set<string>();

  /**
   * @param text  YAML
   * @param file  name for messages
   * @throws RecipeError it is not one YAML document, or a key stands twice
   */
  constructor(text: string, file: string) {
    this.file = file;
    const { document, lines } = parseYaml(text, (place, message) =>
      recipeError(this, place, message),
    );
    this.document = document;
    this.lines = lines;
  }

  /** The outermost value. */
  get root(): Node | null {
    return this.resolve(this.document.contents as Node | null);
  }

  /** What was accepted and has no effect, one line each. */
  get notes(): string[] {
    return [...this.noted];
  }

  /** Keep a line for `notes`, once. */
  note(text: string): void {
    this.noted.add(text);
  }

  /** Line and column of a value; of the start of the file where there is none. */
  place(node: Node | null): Place {
    const { line, col } = this.lines.linePos(node?.range?.[0] ?? 0);
    return { line, column: col };
  }

  /** An error at a value. */
  error(node: Node | null, text: string): RecipeError {
    return recipeError(this, this.place(node), text);
  }

  /** What an alias stands for; other values as they are. */
  resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.document) ?? null) : node;
  }

  /**
   * Entries of a map by key.
   *
   * @param path     dotted name of the map, for messages; empty for the whole recipe
   * @param known    keys that it may have
   * @param refused  keys of mergekit that are not supported, each with the reason
   * @param elsewhere  keys that belong in another place, each with that place
   */
  entries(
    node: Node | null,
    path: string,
    known: readonly string[],
    refused: Readonly<Record<string, string>> = {},
    elsewhere: ReadonlyMap<string, string> = new Map(),
  ): Map<string, Entry> {
    const map = this.resolve(node);
    if (!isMap(map)) {
      const what = path === "" ? "the recipe" : path;
      throw this.error(
        node,
        `${what} must be a map with ${known.join(", ")}, got ${show(map)}`,
      );
    }
    const found = new Map<string, Entry>();
    for (const pair of map.items) {
      const key = pair.key as Node;
      const name = isScalar(key) ? String(key.value) : show(key);
      if (!known.includes(name)) {
        const where = path === "" ? "" : ` of ${path}`;
        const place = elsewhere.get(name);
        const why = Object.hasOwn(refused, name)
          ? `is not supported (mergekit has it); ${refused[name]}`
          : place !== undefined
            ? `must be under ${place}; indent it there`
            : `must be known; ${hint(name, known)}`;
        throw this.error(key, `key ${JSON.stringify(name)}${where} ${why}`);
      }
      found.set(name, { key, value: this.resolve(pair.value as Node | null) });
    }
    return found;
  }

  /** The items of a list of at least one. */
  items(node: Node | null, path: string): Node[] {
    if (!isSeq(node) || node.items.length === 0) {
      throw this.error(
        node,
        `${path} must be a list of at least one, got ${isSeq(node) ? "none" : show(node)}`,
      );
    }
    return node.items.map((item) => this.resolve(item as Node)!);
  }

  /** Non-empty text. */
  text(node: Node | null, path: string): string {
    const value = isScalar(node) ? node.value : null;
    if (typeof value !== "string" || value === "") {
      throw this.error(node, `${path} must be text, got ${show(node)}`);
    }
    return value;
  }

  /** One of some words. */
  choice<Word extends string>(
    node: Node | null,
    path: string,
    words: readonly Word[],
  ): Word {
    const value = this.text(node, path);
    if (!(words as readonly string[]).includes(value)) {
      throw this.error(
        node,
        `${path} must be known, got ${show(node)}; ${hint(value, words)}`,
      );
    }
    return value as Word;
  }

  /** A whole number that float64 holds exactly. */
  integer(node: Node | null, path: string): number {
    const value = isScalar(node) ? node.value : null;
    if (!Number.isSafeInteger(value)) {
      throw this.error(
        node,
        `${path} must be a whole number, got ${show(node)}`,
      );
    }
    return value as number;
  }
}
