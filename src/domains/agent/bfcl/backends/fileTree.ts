/** A tree of folders and text files, as GorillaFileSystem keeps it. */
import type { LongContext } from "./bfclClass.js";

/** A file. */
export interface File {
  content: string;
}

/** A folder. */
export interface Folder {
  name: string;
  parent: Folder | null;
  items: Map<string, File | Folder>;
}

/** More items than this are not walked: a folder that was copied into itself has no end. */
const MOST_ITEMS = 100_000;

/** Whether an item is a folder. */
export const isFolder = (item: File | Folder | undefined): item is Folder =>
  item !== undefined && "items" in item;

/** Whether an item is a file. */
export const isFile = (item: File | Folder | undefined): item is File =>
  item !== undefined && "content" in item;

/** An empty folder. */
export const folder = (name: string, parent: Folder | null): Folder => ({
  name,
  parent,
  items: new Map(),
});

/** Visit all items below a folder, parents first. */
export function walk(
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

/** An item as a configuration writes it. */
export interface Entry {
  type: "file" | "directory";
  content?: string;
  contents?: Record<string, Entry>;
}

/** Fill a folder with the items of a configuration, and with what the long-context category adds. */
export function fill(
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

/** The folder that a path leads to, or null. */
export function locate(
  root: Folder,
  start: Folder,
  path: string,
): Folder | null {
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
