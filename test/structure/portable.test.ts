/** Nothing in the checkout names one machine: no home folders, private addresses or package registries. */
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./sources.js";

/** Folders that git does not track. */
const UNTRACKED =
  /^(?:\.git|\.venv|\.cache|node_modules|dist|reproduced|data\/paper-scale\/runs)(?:\/|$)|(?:^|\/)(?:\.ipynb_checkpoints|__pycache__)\//;

const FORBIDDEN: [string, RegExp][] = [
  [
    "a home or work folder",
    /(?<![\w.~-])\/(?:root|work|(?:home|Users|mnt|opt)\/[\w.-]+)\/[\w.-]/,
  ],
  ["a Windows user folder", /\b[A-Z]:\\+Users\\/],
  [
    "a private address",
    // A version of four numbers in a lock of Python packages is none.
    /(?<!==)\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b/,
  ],
  [
    "a package registry",
    /\b(?:registry\.(?:npmjs|yarnpkg)|pypi\.(?:org|python)|files\.pythonhosted)\b/,
  ],
  [
    "a registry setting",
    /^\s*(?:registry|index-url|extra-index-url|find-links|.*_authToken)\s*=/m,
  ],
];

function problems(text: string): string[] {
  return FORBIDDEN.filter(([, pattern]) => pattern.test(text)).map(
    ([what, pattern]) => `${what}: ${pattern.exec(text)![0]}`,
  );
}

/** Text files of the checkout outside the folders that are made. */
function files(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(
    (entry) => {
      const path = folder === "" ? entry.name : `${folder}${sep}${entry.name}`;
      if (UNTRACKED.test(path.split(sep).join("/"))) return [];
      if (entry.isDirectory()) return files(path);
      return entry.isFile() ? [path] : [];
    },
  );
}

test("no file of the checkout names a machine, a private address or a registry", () => {
  const found = files().flatMap((path) => {
    const bytes = readFileSync(join(ROOT, path));
    // A zero byte marks a binary file: safetensors, images.
    if (bytes.subarray(0, 8192).includes(0)) return [];
    return problems(bytes.toString("utf8")).map(
      (problem) => `${path}: ${problem}`,
    );
  });
  expect(found).toEqual([]);
});

test("what is forbidden is found, and what only looks like it is not", () => {
  const wrong = [
    ["", "home", "ada", "m2rl"].join("/"),
    ["", "root", ".cache"].join("/"),
    ["C:", "Users", "ada"].join("\\"),
    [192, 168, 1, 7].join("."),
    ["https://registry", "npmjs", "org"].join("."),
    ["registry", "https://example.com"].join("="),
  ];
  for (const text of wrong) expect(problems(text), text).toHaveLength(1);
  for (const text of [
    "src/work/a.ts",
    "version 10.15.0",
    "~/home/x",
    "127.0.0.1:80",
    "the home/ folder",
  ]) {
    expect(problems(text), text).toEqual([]);
  }
});
