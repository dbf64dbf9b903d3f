/** Scores of a study by a server: the same numbers as by our decoder, resumed from records, and no failure that becomes a score. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { join } from "node:path";
import {
  startModelServer,
  type ModelServer,
} from "../../../src/cluster/index.js";
import {
  evaluation,
  open,
  parseStudy,
  plan,
  readNote,
  run,
} from "../../../src/study/index.js";
import { PICO_STUDY, picoStudy } from "../pico.js";

const ONLY = PICO_STUDY.replace(/ {2}scores: .*\n/, "").replace(
  / {2}consistency: .*\n {2}claims: .*\n/,
  "",
);
const text = (server: string): string =>
  ONLY.replace(
    "measures:\n",
    `measures:\n  scores: { models: [base], benchmarks: [aime24], items: 2, samples: 2${server} }\n`,
  );

const path = picoStudy(text(""));
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer(join(path, "base"));
});
afterAll(() => server.close());

test("server: in scores asks the server by the model's name; its identity and use stand in the note", async () => {
  const served = picoStudy(text(`, server: { url: "${server.url}" }`));
  const { folder } = await run(served, { jobs: 1, only: "scores" });
  const note = readNote(folder, "seed1/scores/base")!;
  expect(note.facts).toMatchObject({
    server: { ids: true, n: true, neutral: true, requests: 2 },
  });
  const { records } = evaluation(open(served), "base", "aime24");
  expect(records).toHaveLength(4);
  expect(
    (await run(served, { jobs: 1, only: "scores" })).stages.filter(
      ({ ran }) => ran,
    ),
  ).toEqual([]);
});

test("another address changes no key; a server that is not there or lacks the model ends the stage with its reason", async () => {
  const keys = (more: string): string[] =>
    plan(parseStudy(text(more), "quick"))
      .filter(({ kind }) => kind === "scores")
      .map(({ spec }) => JSON.stringify(spec));
  const [here, there] = ["http://a:1", "http://b:2"].map((url) =>
    keys(`, server: { url: "${url}" }`),
  );
  expect(here).toEqual(there);
  expect(here).not.toEqual(keys(""));
  const lacking = picoStudy(
    text(`, server: { url: "${server.url}", model: "other-{model}" }`),
  );
  await expect(run(lacking, { jobs: 1, only: "scores" })).rejects.toThrow(
    /study: seed1\/scores\/base failed: server: model must be one of those of .* \(base\), got "other-base"/,
  );
  expect(() => parseStudy(text(", server: { url: here }"), "quick")).toThrow(
    /server\.url must be a URL of http or https, got "here"/,
  );
});
