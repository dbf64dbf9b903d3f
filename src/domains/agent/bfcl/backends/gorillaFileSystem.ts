/** GorillaFileSystem: a tree of folders and text files with commands as a shell has them. */
import {
  failure,
  field,
  method,
  number,
  text,
  type Backend,
  type LongContext,
  type Method,
} from "./backend.js";

interface File {
  content: string;
}

interface Folder {
  name: string;
  parent: Folder | null;
  items: Map<string, File | Folder>;
}

/** More items than this are not walked: a folder that was copied into itself has no end. */
const MOST_ITEMS = 100_000;

const isFolder = (item: File | Folder | undefined): item is Folder =>
  item !== undefined && "items" in item;
const isFile = (item: File | Folder | undefined): item is File =>
  item !== undefined && "content" in item;

const folder = (name: string, parent: Folder | null): Folder => ({
  name,
  parent,
  items: new Map(),
});

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

/** Visit all items below a folder, parents first. */
function walk(
  top: Folder,
  visit: (path: string, name: string, item: File | Folder) => void,
): void {
  let left = MOST_ITEMS;
  const inside = (current: Folder, base: string, depth: number): void => {
    for (const [name, item] of current.items) {
      if (--left < 0 || depth > 500)
        throw new RangeError("the folder is nested too deep");
      const path = `${base}/${name}`;
      visit(path, name, item);
      if (isFolder(item)) inside(item, path, depth + 1);
    }
  };
  inside(top, "", 0);
}

interface Entry {
  type: "file" | "directory";
  content?: string;
  contents?: Record<string, Entry>;
}

function fill(
  target: Folder,
  entries: Record<string, Entry>,
  long: LongContext | null,
): Folder {
  let lowest = true;
  for (const [name, entry] of Object.entries(entries)) {
    if (entry.type === "directory") {
      lowest = false;
      const inner = folder(name, target);
      target.items.set(name, fill(inner, entry.contents ?? {}, long));
    } else {
      const short =
        long === null || (long.FILES_TAIL_USED as string[]).includes(name);
      const more = short ? "" : (long.FILE_CONTENT as string);
      target.items.set(name, { content: (entry.content ?? "") + more });
    }
  }
  if (lowest && long !== null)
    for (const name of long.POPULATE_FILE as string[])
      target.items.set(name, { content: "" });
  return target;
}

const NO_FILE = (command: string, name: string): { error: string } =>
  failure(`${command}: ${name} does not exist here`);

const isName = (name: string): boolean => !/[|/\\?%*:"><]/.test(text(name));

/** The folder that a path leads to, or null. */
function locate(root: Folder, start: Folder, path: string): Folder | null {
  if (path === ".") return start;
  if (path === "/") return root;
  let place = path.startsWith("/") ? root : start;
  for (const part of path.replace(/^\/+|\/+$/g, "").split("/")) {
    const next = part === "." ? place : place.items.get(part);
    if (!isFolder(next)) return null;
    place = next;
  }
  return place;
}

function size(bytes: number, readable: boolean): string {
  if (!readable) return `${bytes} bytes`;
  let rest = bytes;
  for (const unit of ["B", "KB", "MB", "GB", "TB"]) {
    if (rest < 1024) return `${rest.toFixed(2)} ${unit}`;
    rest /= 1024;
  }
  return `${rest.toFixed(2)} PB`;
}

/** Where one is in the tree. */
interface Place {
  root: Folder;
  here: Folder;
}

function readers(place: Place): Record<string, Method> {
  const file = (name: string): File | null => {
    const item = place.here.items.get(name);
    return isFile(item) ? item : null;
  };
  const read = (
    command: string,
    name: string,
    show: (content: string) => unknown,
  ): unknown => {
    const found = file(name);
    return found === null ? NO_FILE(command, name) : show(found.content);
  };
  return {
    cat: method<{ file_name: string }>(["file_name"], ({ file_name }) =>
      isName(file_name)
        ? read("cat", file_name, (content) => ({ file_content: content }))
        : failure(`cat: ${file_name} is no name of a file`),
    ),
    wc: method<{ file_name: string; mode?: string }>(
      ["file_name", "mode?"],
      ({ file_name, mode = "l" }) => {
        if (!["l", "w", "c"].includes(mode))
          return failure(`wc: unknown mode ${mode}`);
        return read("wc", file_name, (content) => {
          if (mode === "l")
            return { count: lines(content).length, type: "lines" };
          if (mode === "c")
            return { count: [...content].length, type: "characters" };
          const words = content.split(/\s+/).filter((word) => word !== "");
          return { count: words.length, type: "words" };
        });
      },
    ),
    sort: method<{ file_name: string }>(["file_name"], ({ file_name }) =>
      read("sort", file_name, (content) => ({
        sorted_content: lines(content).sort(byCodePoint).join("\n"),
      })),
    ),
    grep: method<{ file_name: string; pattern: string }>(
      ["file_name", "pattern"],
      ({ file_name, pattern }) =>
        read("grep", file_name, (content) => ({
          matching_lines: lines(content).filter((line) =>
            line.includes(text(pattern)),
          ),
        })),
    ),
    tail: method<{ file_name: string; lines?: number }>(
      ["file_name", "lines?"],
      ({ file_name, lines: count = 10 }) =>
        read("tail", file_name, (content) => {
          const all = lines(content);
          const last = all.slice(-Math.min(number(count), all.length));
          return { last_lines: last.join("\n") };
        }),
    ),
    diff: method<{ file_name1: string; file_name2: string }>(
      ["file_name1", "file_name2"],
      ({ file_name1, file_name2 }) => {
        const first = file(file_name1);
        const second = file(file_name2);
        // The class answers nothing where both exist and one is a folder.
        if (first === null || second === null) {
          const { items } = place.here;
          return NO_FILE(
            "diff",
            items.has(file_name1) ? file_name2 : file_name1,
          );
        }
        const other = lines(second.content);
        return {
          diff_lines: lines(first.content)
            .slice(0, other.length)
            .flatMap((line, i) =>
              line === other[i] ? [] : [`- ${line}\n+ ${other[i]}`],
            )
            .join("\n"),
        };
      },
    ),
    du: method<{ human_readable?: boolean }>(
      ["human_readable?"],
      ({ human_readable = false }) => {
        let bytes = 0;
        walk(place.here, (_, __, item) => {
          if (isFile(item)) bytes += Buffer.byteLength(item.content);
        });
        return { disk_usage: size(bytes, human_readable) };
      },
    ),
  };
}

function movers(place: Place): Record<string, Method> {
  const transfer =
    (command: string, moves: boolean) =>
    ({ source, destination }: { source: string; destination: string }) => {
      const { items } = place.here;
      const item = items.get(source);
      if (item === undefined) return NO_FILE(command, source);
      if (text(destination).includes("/"))
        return failure(`${command}: ${destination} must be one name`);
      const target = items.get(destination);
      if (isFile(target))
        return failure(`${command}: ${destination} is a file`);
      const into = target ?? place.here;
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
  return {
    mv: method(["source", "destination"], transfer("mv", true)),
    cp: method(["source", "destination"], transfer("cp", false)),
  };
}

function makers(place: Place): Record<string, Method> {
  const make = (
    command: string,
    name: string,
    item: () => File | Folder,
  ): unknown => {
    if (!isName(name))
      return failure(`${command}: ${name} has a character that no name has`);
    if (place.here.items.has(name))
      return failure(`${command}: ${name} exists already`);
    place.here.items.set(name, item());
    return null;
  };
  const remove = (name: string): unknown => {
    place.here.items.delete(name);
    return { result: `removed ${name}` };
  };
  return {
    mkdir: method<{ dir_name: string }>(["dir_name"], ({ dir_name }) =>
      make("mkdir", dir_name, () => folder(dir_name, place.here)),
    ),
    touch: method<{ file_name: string }>(["file_name"], ({ file_name }) =>
      make("touch", file_name, () => ({ content: "" })),
    ),
    echo: method<{ content: string; file_name?: string | null }>(
      ["content", "file_name?"],
      ({ content, file_name = null }) => {
        if (file_name === null) return { terminal_output: content };
        if (!isName(file_name))
          return failure(`echo: ${file_name} is no name of a file`);
        if (file_name === "") return { terminal_output: content };
        const item = place.here.items.get(file_name);
        if (item === undefined) return NO_FILE("echo", file_name);
        if (isFolder(item)) throw new TypeError(`${file_name} is a folder`);
        item.content = content;
        return null;
      },
    ),
    rm: method<{ file_name: string }>(["file_name"], ({ file_name }) =>
      place.here.items.has(file_name)
        ? remove(file_name)
        : NO_FILE("rm", file_name),
    ),
    rmdir: method<{ dir_name: string }>(["dir_name"], ({ dir_name }) => {
      const item = place.here.items.get(dir_name);
      if (item === undefined) return NO_FILE("rmdir", dir_name);
      if (!isFolder(item)) return failure(`rmdir: ${dir_name} is a file`);
      return item.items.size > 0
        ? failure(`rmdir: ${dir_name} is not empty`)
        : remove(dir_name);
    }),
  };
}

function walkers(place: Place): Record<string, Method> {
  return {
    pwd: method([], () => {
      const path: string[] = [];
      for (let at: Folder | null = place.here; at !== null; at = at.parent)
        path.unshift(at.name);
      return { current_working_directory: `/${path.join("/")}` };
    }),
    ls: method<{ a?: boolean }>(["a?"], ({ a = false }) => ({
      current_directory_content: [...place.here.items.keys()].filter(
        (name) => a || !name.startsWith("."),
      ),
    })),
    cd: method<{ folder: string }>(["folder"], ({ folder: given }) => {
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
      ({ path = ".", name = null }) => {
        const top = locate(place.root, place.here, path);
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
}

/** Start a file system from the tree of a configuration. */
export function gorillaFileSystem(
  config: Readonly<Record<string, unknown>>,
  long: LongContext | null,
): Backend {
  const trees = field<Record<string, Entry>>(config, "root", {});
  const [name, tree] = Object.entries(trees)[0] ?? ["/", null];
  const root = folder(name, null);
  if (tree !== null) fill(root, tree.contents ?? {}, long);
  const place: Place = { root, here: root };
  return {
    state: () => {
      const found: [string, string | null][] = [];
      walk(root, (path, _, item) =>
        found.push([path, isFile(item) ? item.content : null]),
      );
      return { name, tree: new Map(found) };
    },
    methods: {
      ...walkers(place),
      ...readers(place),
      ...makers(place),
      ...movers(place),
    },
  };
}
