/**
 * A tool environment of one's own, and what a model's turns in it are worth: `node examples/toolEnvironment.mjs`.
 *
 * Expect a failed call that is answered, a repaired one, and reward 1: the till ends as after the solution.
 */
import { domains } from "m2rl";

const { tool, toolEnvironment, toolEpisode, ToolFailure } = domains;

const till = toolEnvironment({
  name: "till",
  schema: {
    type: "object",
    properties: { euros: { type: "number", minimum: 0 } },
    required: ["euros"],
  },
  initial: { euros: 10 },
  tools: {
    sell: tool({
      description: "Sell a thing.",
      parameters: {
        thing: { type: "string" },
        price: { type: "integer", minimum: 1 },
      },
      run: (state, { price }) => ({ euros: (state.euros += price) }),
    }),
    refund: tool({
      description: "Give money back.",
      parameters: { euros: { type: "integer" } },
      run(state, { euros }) {
        if (euros > state.euros) throw new ToolFailure("not enough money");
        return { euros: (state.euros -= euros) };
      },
    }),
  },
});

const solution = [{ name: "sell", arguments: { thing: "rope", price: 5 } }];
const episode = toolEpisode({ environment: till }, solution);
const turns = [
  '<tool_call>\n{"name": "refund", "arguments": {"euros": 99}}\n</tool_call>',
  "<tool_call>\n{'name': 'sell', 'arguments': {'thing': 'rope', 'price': 5}}\n</tool_call>",
  "It is sold.",
];
for (const turn of turns) {
  const answers = episode.step(turn) ?? [];
  for (const { content } of answers) console.log(content);
}
console.log(episode.calls);
console.log(episode.verdict("stop"));
