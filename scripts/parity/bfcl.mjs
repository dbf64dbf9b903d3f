/** BFCL's checks and stateful classes against the published ones: test/golden/bfcl/. */
import { readFileSync } from "node:fs";

const golden = (name) =>
  JSON.parse(
    readFileSync(
      new URL(`../../test/golden/bfcl/${name}.json`, import.meta.url),
      "utf8",
    ),
  );
const short = (value) => JSON.stringify(value).slice(0, 300);

/** Fields whose texts are for people: ours are our own. */
const PROSE = new Set([
  "error",
  "status",
  "message",
  "notification",
  "result",
  "verification_failure",
  "customer_support_message",
  "retweet_status",
  "comment_status",
  "mention_status",
  "symbol",
]);

/** Whether an answer of ours says what the published one says; numbers, names and texts of the state are exact, prose is not read. */
function similar(wanted, got, field = "") {
  if (wanted === null || typeof wanted !== "object")
    return (
      wanted === got ||
      (typeof wanted === "string" &&
        typeof got === "string" &&
        (PROSE.has(field) || wanted.startsWith("Error: ")))
    );
  if (got === null || typeof got !== "object") return false;
  const names = Object.keys(wanted);
  return (
    Array.isArray(wanted) === Array.isArray(got) &&
    names.length === Object.keys(got).length &&
    names.every((name) =>
      similar(wanted[name], got[name], Array.isArray(wanted) ? field : name),
    )
  );
}

/** Whether a call failed; where the published class fails or gives no real number, ours may answer with an error. */
const failed = (answer) =>
  answer?.error !== undefined || String(answer).startsWith("Error during");

function value(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function answersRow(
  { BFCL_CLASSES, ToolSession },
  { episodes, configs, long, versions },
) {
  let total = 0;
  const differing = [];
  for (const { id, classes, calls, answers } of episodes) {
    const session = new ToolSession(
      classes.map((name) => ({
        environment: BFCL_CLASSES[name],
        given: {
          config: configs[name],
          long: id.includes("long_context") ? long : null,
        },
      })),
    );
    for (const [i, call] of calls.entries()) {
      total++;
      const got = value(session.call(call).text);
      const wanted = answers[i];
      if (failed(wanted) ? failed(got) : similar(wanted, got)) continue;
      const what = `${id} ${short(call)}: ${short(wanted)} ≠ ${short(got)}`;
      differing.push({ what, why: WHY(call) });
    }
  }
  return { name: "bfcl answers", total, differing, versions };
}

/** Why an answer may differ. */
const WHY = ({ name }) =>
  name === "post_tweet"
    ? "all instances share one list of mentions there, which other tasks have filled"
    : undefined;

const KINDS = {
  "must make a call": "multi_turn:empty_turn_model_response",
  "the state differs": "multi_turn:instance_state_mismatch",
  "no call answers": "multi_turn:execution_response_mismatch",
};

/** A fault of ours as the published checker calls it. */
const kindOf = (fault) =>
  fault === null ||
  Object.entries(KINDS).find(([text]) => fault.includes(text))[1];

function turnsRow({ checkTurns }, { pairs, configs, long, versions }) {
  const differing = pairs.flatMap(
    ({ id, classes, turns, solution, verdict }) => {
      const initial_config = Object.fromEntries(
        classes.map((name) => [name, configs[name]]),
      );
      const task = { id, involved_classes: classes, initial_config };
      const own = id.includes("long_context") ? long : null;
      const fault = checkTurns(task, turns, solution, { long: own });
      const got = kindOf(fault);
      return got === verdict
        ? []
        : [
            {
              what: `${id}: ${verdict} ≠ ${fault}: ${short(turns)} ← ${short(solution)}`,
            },
          ];
    },
  );
  return { name: "bfcl turns", total: pairs.length, differing, versions };
}

function callsRow({ checkCalls }, { cases, functions, answers, versions }) {
  const differing = cases.flatMap(
    ([kind, language, names, calls, accepted, valid]) => {
      const fault = checkCalls(
        kind,
        names.map((name) => functions.find((one) => one.name === name)),
        calls,
        accepted.map((i) => answers[i]),
        { language },
      );
      return (fault === null) === valid
        ? []
        : [{ what: `${valid} ≠ ${fault}: ${short(calls)} ← ${accepted}` }];
    },
  );
  return { name: "bfcl calls", total: cases.length, differing, versions };
}

/**
 * One row for the answers of the classes, one for verdicts on several turns, one for verdicts on single turns.
 *
 * @param library  the room `domains`, built or from its source
 */
export function bfclParity(library) {
  const turns = golden("multiTurn");
  return [
    answersRow(library, turns),
    turnsRow(library, turns),
    callsRow(library, golden("singleTurn")),
  ];
}
