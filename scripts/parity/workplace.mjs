/** The workplace assistant against NeMo-Gym's own tools: test/golden/workplace/. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("../../test/golden/workplace/", import.meta.url);
const short = (value) => JSON.stringify(value).slice(0, 200);

/** Whether every call of an episode is answered as there; where there an error is raised, an error is enough. */
function answersAgree(library, tables, { calls, answers }) {
  const { runTool, WORKPLACE } = library;
  const state = { tables };
  return calls.every((call, i) => {
    const { result, fault } = runTool(WORKPLACE, state, call);
    return answers[i] === null
      ? fault !== null
      : fault === null && WORKPLACE.answer(result) === answers[i];
  });
}

/**
 * One row for the answers of episodes, one for whether two lists of calls lead to one state.
 *
 * @param library  the room `domains`, built or from its source
 */
export function workplaceParity(library) {
  const { episodes, pairs, versions } = JSON.parse(
    readFileSync(new URL("episodes.json", folder), "utf8"),
  );
  const tables = library.loadWorkplace(
    fileURLToPath(new URL("tables", folder)),
  );
  const apart = episodes.filter(
    (episode) => !answersAgree(library, tables, episode),
  );
  const unlike = pairs.filter(
    ({ calls, solution, solved }) =>
      library.isSolved(tables, calls, solution) !== solved,
  );
  return [
    {
      name: "workplace answers",
      total: episodes.length,
      differing: apart.map(({ calls }) => ({ what: short(calls) })),
      versions,
    },
    {
      name: "workplace states",
      total: pairs.length,
      differing: unlike.map((pair) => ({ what: short(pair) })),
      versions,
    },
  ];
}
