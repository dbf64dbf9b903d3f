/** The locks of the set-up: every Python package by version and hash, and what is asked for is among them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const FOLDER = fileURLToPath(
  new URL("../../scripts/setup/pinned/", import.meta.url),
);

/** Packages of a lock: the line that names one, and its hashes. */
function packages(file: string): { line: string; hashes: number }[] {
  return readFileSync(join(FOLDER, file), "utf8")
    .split(/\n(?=[a-z])/)
    .filter((block) => /^[a-z]/.test(block))
    .map((block) => ({
      line: block.split(" \\")[0]!.trim(),
      hashes: block.match(/--hash=sha256:[0-9a-f]{64}(?:\s|$)/g)?.length ?? 0,
    }));
}

describe.each([
  ["requirements.lock", 10],
  ["tensorflow.lock", 10],
  ["torch.lock", 3],
])("%s", (file, least) => {
  test("names one version and at least one hash of every package", () => {
    const all = packages(file);
    expect(all.length).toBeGreaterThanOrEqual(least);
    expect(
      all.filter(
        ({ line, hashes }) => !/^[\w.-]+==[\w.+!-]+/.test(line) || hashes === 0,
      ),
    ).toEqual([]);
  });
});

test("requirements.lock holds every version that requirements.txt asks for", () => {
  const locked = packages("requirements.lock").map(({ line }) => line);
  const asked = readFileSync(join(FOLDER, "requirements.txt"), "utf8")
    .split("\n")
    .filter((line) => line.includes("=="))
    .map((line) => line.split(";")[0]!.trim());
  expect(asked.length).toBeGreaterThan(0);
  for (const requirement of asked)
    expect(
      locked.some((line) => line.startsWith(requirement)),
      requirement,
    ).toBe(true);
});

test("tensorflow.lock holds the version that the set-up unpacks", async () => {
  const { TENSORFLOW } = (await import(
    join(FOLDER, "..", "native", "tensorflow.mjs")
  )) as {
    TENSORFLOW: string;
  };
  const locked = packages("tensorflow.lock").map(({ line }) => line);
  expect(locked).toContain(`tensorflow==${TENSORFLOW}`);
  expect(locked).toContain(`tensorflow-cpu==${TENSORFLOW}`);
});

test("torch.lock holds the version that the set-up unpacks", async () => {
  const { TORCH } = (await import(
    join(FOLDER, "..", "native", "torch.mjs")
  )) as {
    TORCH: string;
  };
  const locked = packages("torch.lock").map(({ line }) => line);
  expect(locked).toContain(`torch==${TORCH}`);
});
