/** Folders are written so that nothing is lost: what may be replaced, what is refused, and what a kill leaves. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { M2rlError } from "../../src/error.js";
import { type TargetOptions, writeFolder } from "../../src/io/index.js";

let root: string;
const before = process.cwd();
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "m2rl-io-")));
  process.chdir(root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  process.chdir(before);
  rmSync(root, { recursive: true });
});

const options = (over: Partial<TargetOptions> = {}): TargetOptions => ({
  failure: (text, cause) => new M2rlError(`write: ${text}`, { cause }),
  ...over,
});

/** Write a folder with one file of the given text; the error's message, or "written". */
function write(
  path: string,
  over: Partial<TargetOptions> = {},
  text = "new",
): string {
  try {
    writeFolder(
      path,
      (folder) => {
        mkdirSync(join(folder, "sub"));
        writeFileSync(join(folder, "sub", "a.txt"), text);
      },
      options(over),
    );
  } catch (error) {
    expect(error).toBeInstanceOf(M2rlError);
    return (error as Error).message.replaceAll(root, "ROOT");
  }
  return "written";
}

/** Every file below the root with its text, markers left out. */
function files(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return files(path);
      if (entry.name === ".m2rl.json") return [];
      const text = entry.isFile() ? readFileSync(path, "utf8") : "link";
      return [`${path.slice(root.length + 1)}: ${text}`];
    })
    .sort();
}

describe("writeFolder(path, fill)", () => {
  test("writes into nothing, an empty folder and missing parents, and leaves nothing beside it", () => {
    mkdirSync("empty");
    for (const path of ["new", "empty", "a/b/c", "a name\nwith \u001b[31m"])
      expect(write(path)).toBe("written");
    expect(files()).toEqual(
      [
        "new/sub/a.txt: new",
        "empty/sub/a.txt: new",
        "a/b/c/sub/a.txt: new",
        "a name\nwith \u001b[31m/sub/a.txt: new",
      ].sort(),
    );
    expect(readdirSync(root)).toHaveLength(4);
  });

  test("replaces what m2rl wrote, only when told to, also where some of its files are gone", () => {
    write("out", {}, "old");
    expect(write("out")).toBe(
      "write: ROOT/out must be absent or empty, got a folder with 2 entries",
    );
    expect(write("out", { hint: "--force replaces it" })).toMatch(
      /; --force replaces it$/,
    );
    expect(files()).toEqual(["out/sub/a.txt: old"]);
    expect(write("out", { replace: true })).toBe("written");
    expect(files()).toEqual(["out/sub/a.txt: new"]);
    rmSync("out/sub/a.txt");
    expect(write("out", { replace: true }, "newer")).toBe("written");
    expect(files()).toEqual(["out/sub/a.txt: newer"]);
  });

  test.each<[string, () => void, string]>([
    [
      "a file of somebody else",
      () => writeFileSync("out/thesis.txt", "years"),
      'm2rl did not write "thesis.txt" there',
    ],
    [
      "a file of somebody else further down",
      () => writeFileSync("out/sub/thesis.txt", "years"),
      'm2rl did not write "sub/thesis.txt" there',
    ],
    [
      "an empty folder of somebody else",
      () => mkdirSync("out/plans"),
      'm2rl did not write "plans" there',
    ],
    [
      "an edited file",
      () => writeFileSync("out/sub/a.txt", "mine"),
      '"sub/a.txt" was changed since m2rl wrote it',
    ],
    [
      "an edited file of the same size",
      () => writeFileSync("out/sub/a.txt", "olD"),
      '"sub/a.txt" was changed since m2rl wrote it',
    ],
    [
      "a link in place of a file",
      () => {
        renameSync("out/sub/a.txt", "elsewhere.txt");
        symlinkSync("../../elsewhere.txt", "out/sub/a.txt");
      },
      '"sub/a.txt" was changed since m2rl wrote it',
    ],
    [
      "no marker",
      () => rmSync("out/.m2rl.json"),
      "it has no marker .m2rl.json of m2rl",
    ],
    [
      "a marker that is none",
      () => writeFileSync("out/.m2rl.json", "{}"),
      "it has no marker .m2rl.json of m2rl",
    ],
  ])("never replaces a folder with %s", (_, change, why) => {
    write("out", {}, "old");
    change();
    const left = files();
    expect(write("out", { replace: true })).toBe(
      `write: ROOT/out must be a folder of m2rl to be replaced, got another: ${why}`,
    );
    expect(files()).toEqual(left);
  });

  test.each([
    ["", "path to write to must name a folder"],
    ["  ", "path to write to must name a folder"],
    ["a\0b", "path to write to must name a folder"],
    ["/", "must be a folder that may be written, got a root"],
    [".", "got the current folder"],
    ["nosuch/..", "got the current folder"],
    ["..", "got the current folder"],
    ["users", "the home folder"],
    ["users/me", "the home folder"],
    ["file.txt", "must be absent or empty, got a file"],
    ["file.txt/below", "must be below a folder, got ROOT/file.txt"],
    ["dangling", "must be absent or empty, got a link"],
    ["dangling/below", "must be below a folder"],
    ["link", "must be absent or empty, got a link"],
    ["nosuch/../precious", "must be absent or empty, got a folder with 1"],
    ["precious", "must be absent or empty, got a folder with 1 entries"],
  ])("refuses %j, with and without replace", (path, expected) => {
    mkdirSync("users/me", { recursive: true });
    vi.stubEnv("HOME", join(root, "users", "me"));
    mkdirSync("precious");
    writeFileSync("precious/thesis.txt", "years");
    writeFileSync("file.txt", "a file");
    symlinkSync("nowhere", "dangling");
    symlinkSync("precious", "link");
    const left = files();
    expect(write(path)).toContain(expected);
    expect(write(path, { replace: true })).not.toBe("written");
    expect(files()).toEqual(left);
  });

  test("refuses an input, what holds it and what is in it, through links too", () => {
    mkdirSync("models/base", { recursive: true });
    write("models/base/deep", {}, "old");
    symlinkSync("models", "alias");
    const inputs = ["models/base"];
    for (const path of [
      "models/base",
      "models",
      "models/base/deep",
      "models/base/new",
      "alias/base",
      "alias/base/deep",
    ])
      expect(write(path, { inputs, replace: true }), path).toMatch(
        /must be apart from what is read, got a path on that of input models\/base$/,
      );
    expect(write("alias/other", { inputs })).toBe("written");
    expect(files()).toEqual([
      "alias: link",
      "models/base/deep/sub/a.txt: old",
      "models/other/sub/a.txt: new",
    ]);
  });

  test("looks again at the end: what another process put there stays", () => {
    const late = (path: string, replace: boolean): string => {
      try {
        writeFolder(
          path,
          () => {
            mkdirSync(path, { recursive: true });
            writeFileSync(join(path, "late.txt"), "late");
          },
          options({ replace }),
        );
      } catch (error) {
        return (error as Error).message.replaceAll(root, "ROOT");
      }
      return "written";
    };
    expect(late("a", false)).toContain("must be absent or empty, got a folder");
    write("b", {}, "old");
    expect(late("b", true)).toContain('m2rl did not write "late.txt" there');
    expect(files()).toEqual([
      "a/late.txt: late",
      "b/late.txt: late",
      "b/sub/a.txt: old",
    ]);
    expect(readdirSync(root).sort()).toEqual(["a", "b"]);
  });

  test("after an error in fill what was there is as it was", () => {
    write("out", {}, "old");
    expect(() =>
      writeFolder(
        "out",
        () => {
          throw new RangeError("full");
        },
        options({ replace: true }),
      ),
    ).toThrow("full");
    expect(files()).toEqual(["out/sub/a.txt: old"]);
    expect(readdirSync(root)).toEqual(["out"]);
  });

  test("puts back what a kill between two renames left aside", () => {
    write("out", {}, "old");
    renameSync("out", ".out.m2rl-old");
    expect(write("out")).toMatch(/must be absent or empty/);
    expect(files()).toEqual(["out/sub/a.txt: old"]);
    renameSync("out", ".out.m2rl-old");
    expect(write("out", { replace: true })).toBe("written");
    expect(readdirSync(root)).toEqual(["out"]);
  });

  test("finishes what a kill left half removed", () => {
    write("out", {}, "old");
    renameSync("out", ".out.m2rl-old");
    mkdirSync("other");
    write("other/out", {}, "newer");
    renameSync("other/out", "out");
    rmSync("other", { recursive: true });
    rmSync(".out.m2rl-old/sub/a.txt");
    expect(write("out", { replace: true })).toBe("written");
    expect(readdirSync(root)).toEqual(["out"]);
  });

  test("leaves a folder of somebody else under the name that is used aside", () => {
    mkdirSync(".out.m2rl-old");
    writeFileSync(".out.m2rl-old/thesis.txt", "years");
    expect(write("out")).toBe(
      "write: ROOT/.out.m2rl-old must be what an interrupted run of m2rl left, got something else; move it away",
    );
    expect(existsSync("out")).toBe(false);
    expect(files()).toEqual([".out.m2rl-old/thesis.txt: years"]);
  });
});
