/** GorillaFileSystem: a tree of folders and text files with commands as a shell has them. */
import {
  bfclClass,
  failure,
  field,
  methodsOf,
  number,
  text,
  type BfclClass,
} from "./bfclClass.js";
import {
  fill,
  folder,
  isFile,
  isFolder,
  locate,
  walk,
  type Entry,
  type File,
  type Folder,
} from "./fileTree.js";

/** Where one is in the tree. */
interface Place {
  root: Folder;
  here: Folder;
}

const method = methodsOf<Place>();

const NO_FILE = (command: string, name: string): { error: string } =>
  failure(`${command}: ${name} does not exist here`);

const isName = (name: string): boolean => !/[|/\\?%*:"><]/.test(text(name));

/** Lines as Python's `splitlines` cuts them. */
function lines(content: string): string[] {
  const cut = content.split(
    // eslint-disable-next-line no-control-regex -- these are Python's ends of lines
    /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/,
  );
  if (cut.at(-1) === "") cut.pop();
  return cut;
}

const byCodePoint = (first: string, second: string): number =>
  first < second ? -1 : first > second ? 1 : 0;

function size(bytes: number, readable: boolean): string {
  if (!readable) return `${bytes} bytes`;
  let rest = bytes;
  for (const unit of ["B", "KB", "MB", "GB", "TB"]) {
    if (rest < 1024) return `${rest.toFixed(2)} ${unit}`;
    rest /= 1024;
  }
  return `${rest.toFixed(2)} PB`;
}

function read(
  { here }: Place,
  command: string,
  name: string,
  show: (content: string) => unknown,
): unknown {
  const item = here.items.get(name);
  return isFile(item) ? show(item.content) : NO_FILE(command, name);
}

function counted(content: string, mode: string): unknown {
  if (mode === "l") return { count: lines(content).length, type: "lines" };
  if (mode === "c") return { count: [...content].length, type: "characters" };
  const words = content.split(/\s+/).filter((word) => word !== "");
  return { count: words.length, type: "words" };
}

/** The lines in which a file differs from another, as far as both go. */
function difference(first: File, second: File): string {
  const other = lines(second.content);
  return lines(first.content)
    .slice(0, other.length)
    .flatMap((line, i) =>
      line === other[i] ? [] : [`- ${line}\n+ ${other[i]}`],
    )
    .join("\n");
}

const READERS = {
  cat: method<{ file_name: string }>(["file_name"], (place, { file_name }) =>
    isName(file_name)
      ? read(place, "cat", file_name, (content) => ({ file_content: content }))
      : failure(`cat: ${file_name} is no name of a file`),
  ),
  wc: method<{ file_name: string; mode?: string }>(
    ["file_name", "mode?"],
    (place, { file_name, mode = "l" }) =>
      ["l", "w", "c"].includes(mode)
        ? read(place, "wc", file_name, (content) => counted(content, mode))
        : failure(`wc: unknown mode ${mode}`),
  ),
  sort: method<{ file_name: string }>(["file_name"], (place, { file_name }) =>
    read(place, "sort", file_name, (content) => ({
      sorted_content: lines(content).sort(byCodePoint).join("\n"),
    })),
  ),
  grep: method<{ file_name: string; pattern: string }>(
    ["file_name", "pattern"],
    (place, { file_name, pattern }) =>
      read(place, "grep", file_name, (content) => ({
        matching_lines: lines(content).filter((line) =>
          line.includes(text(pattern)),
        ),
      })),
  ),
  tail: method<{ file_name: string; lines?: number }>(
    ["file_name", "lines?"],
    (place, { file_name, lines: count = 10 }) =>
      read(place, "tail", file_name, (content) => {
        const all = lines(content);
        const last = all.slice(-Math.min(number(count), all.length));
        return { last_lines: last.join("\n") };
      }),
  ),
  diff: method<{ file_name1: string; file_name2: string }>(
    ["file_name1", "file_name2"],
    ({ here: { items } }, { file_name1, file_name2 }) => {
      const first = items.get(file_name1);
      const second = items.get(file_name2);
      if (isFile(first) && isFile(second))
        return { diff_lines: difference(first, second) };
      // The class answers nothing where both exist and one is a folder.
      return NO_FILE("diff", items.has(file_name1) ? file_name2 : file_name1);
    },
  ),
  du: method<{ human_readable?: boolean }>(
    ["human_readable?"],
    ({ here }, { human_readable = false }) => {
      let bytes = 0;
      walk(here, (_, __, item) => {
        if (isFile(item)) bytes += Buffer.byteLength(item.content);
      });
      return { disk_usage: size(bytes, human_readable) };
    },
  ),
};

/** Move or copy an item to another name, or into a folder here. */
const transfer =
  (command: string, moves: boolean) =>
  (
    { here }: Place,
    { source, destination }: { source: string; destination: string },
  ): unknown => {
    const { items } = here;
    const item = items.get(source);
    if (item === undefined) return NO_FILE(command, source);
    if (text(destination).includes("/"))
      return failure(`${command}: ${destination} must be one name`);
    const target = items.get(destination);
    if (isFile(target)) return failure(`${command}: ${destination} is a file`);
    const into = target ?? here;
    const name = target === undefined ? destination : source;
    // A copy looks for its full path among the names, which it never finds; a name that is taken then fails inside.
    if (target !== undefined && into.items.has(source)) {
      if (moves) return failure(`${command}: ${source} already exists`);
      throw new Error(`${source} already exists`);
    }
    if (moves) items.delete(source);
    if (isFile(item)) into.items.set(name, { content: item.content });
    else {
      const made = folder(name, into);
      into.items.set(name, made);
      // What lies in the folder is not copied: both folders hold the same files.
      made.items = moves ? item.items : new Map(item.items);
    }
    const where = target === undefined ? name : `${destination}/${source}`;
    return { result: `${moves ? "moved" : "copied"} ${source} to ${where}` };
  };

function make(
  { here }: Place,
  command: string,
  name: string,
  item: File | Folder,
): unknown {
  if (!isName(name))
    return failure(`${command}: ${name} has a character that no name has`);
  if (here.items.has(name))
    return failure(`${command}: ${name} exists already`);
  here.items.set(name, item);
  return null;
}

function remove({ here }: Place, name: string): unknown {
  here.items.delete(name);
  return { result: `removed ${name}` };
}

const WRITERS = {
  mv: method<{ source: string; destination: string }>(
    ["source", "destination"],
    transfer("mv", true),
  ),
  cp: method<{ source: string; destination: string }>(
    ["source", "destination"],
    transfer("cp", false),
  ),
  mkdir: method<{ dir_name: string }>(["dir_name"], (place, { dir_name }) =>
    make(place, "mkdir", dir_name, folder(dir_name, place.here)),
  ),
  touch: method<{ file_name: string }>(["file_name"], (place, { file_name }) =>
    make(place, "touch", file_name, { content: "" }),
  ),
  echo: method<{ content: string; file_name?: string | null }>(
    ["content", "file_name?"],
    ({ here }, { content, file_name = null }) => {
      if (file_name === null) return { terminal_output: content };
      if (!isName(file_name))
        return failure(`echo: ${file_name} is no name of a file`);
      if (file_name === "") return { terminal_output: content };
      const item = here.items.get(file_name);
      if (item === undefined) return NO_FILE("echo", file_name);
      if (isFolder(item)) throw new TypeError(`${file_name} is a folder`);
      item.content = content;
      return null;
    },
  ),
  rm: method<{ file_name: string }>(["file_name"], (place, { file_name }) =>
    place.here.items.has(file_name)
      ? remove(place, file_name)
      : NO_FILE("rm", file_name),
  ),
  rmdir: method<{ dir_name: string }>(["dir_name"], (place, { dir_name }) => {
    const item = place.here.items.get(dir_name);
    if (item === undefined) return NO_FILE("rmdir", dir_name);
    if (!isFolder(item)) return failure(`rmdir: ${dir_name} is a file`);
    return item.items.size > 0
      ? failure(`rmdir: ${dir_name} is not empty`)
      : remove(place, dir_name);
  }),
};

const WALKERS = {
  pwd: method([], ({ here }) => {
    const path: string[] = [];
    for (let at: Folder | null = here; at !== null; at = at.parent)
      path.unshift(at.name);
    return { current_working_directory: `/${path.join("/")}` };
  }),
  ls: method<{ a?: boolean }>(["a?"], ({ here }, { a = false }) => ({
    current_directory_content: [...here.items.keys()].filter(
      (name) => a || !name.startsWith("."),
    ),
  })),
  cd: method<{ folder: string }>(["folder"], (place, { folder: given }) => {
    const path = text(given).replace(/\/+$/, "") || "/";
    if (path !== "/" && path.includes("/"))
      return failure(`cd: ${path} must be one level`);
    if (path === "..") {
      if (place.here.parent === null)
        return failure("cd: this is the top folder");
      place.here = place.here.parent;
      return {};
    }
    const target = locate(place.root, place.here, path);
    if (target === null) return NO_FILE("cd", path);
    place.here = target;
    return { current_working_directory: target.name };
  }),
  find: method<{ path?: string; name?: string | null }>(
    ["path?", "name?"],
    ({ root, here }, { path = ".", name = null }) => {
      const top = locate(root, here, path);
      if (top === null) return NO_FILE("find", path);
      const base = path.replace(/\/+$/, "");
      const matches: string[] = [];
      walk(top, (below, own) => {
        if (name === null || own.includes(text(name)))
          matches.push(base + below);
      });
      return { matches };
    },
  ),
};

/** The class GorillaFileSystem. */
export const gorillaFileSystem: BfclClass<Place> = bfclClass<Place>({
  name: "GorillaFileSystem",
  start: (config, long) => {
    const trees = field<Record<string, Entry>>(config, "root", {});
    const [name, tree] = Object.entries(trees)[0] ?? ["/", null];
    const root = folder(name, null);
    if (tree !== null) fill(root, tree.contents ?? {}, long);
    return { root, here: root };
  },
  tools: { ...WALKERS, ...READERS, ...WRITERS },
  compared: ({ root }) => {
    const found: [string, string | null][] = [];
    walk(root, (path, _, item) =>
      found.push([path, isFile(item) ? item.content : null]),
    );
    return { name: root.name, tree: new Map(found) };
  },
});
