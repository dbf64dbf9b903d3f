/** What published training rows need before they can be used, each by its name. */

/** The name of a fix that was made to a row. */
export type FixName =
  | "placeholder"
  | "codePlaceholder"
  | "answerLine"
  | "stepByStep"
  | "toolText"
  | "noReasoningTag";

/** Why a row is left out. */
export type SkipReason =
  "structuredOutputs" | "noMessages" | "emptyTurn" | "picture";

/** One line for each fix. */
export const FIXES: Readonly<Record<FixName, string>> = {
  placeholder:
    "the question that the row only points to is filled in from the data set it comes from",
  codePlaceholder:
    'the problem statement stands where the user message is only "-"',
  answerLine:
    "the prompt asks for the answer in a box on a last line, where the graders read it",
  stepByStep: "the prompt's first sentence asks to think step by step",
  toolText: "what a tool returned is written as JSON text",
  noReasoningTag:
    "the thoughts of an assistant are taken out of its text and kept apart",
};

/** One line for each reason to leave a row out. */
export const SKIPS: Readonly<Record<SkipReason, string>> = {
  structuredOutputs: "the paper trains on no structured outputs",
  noMessages: "the row has no messages",
  emptyTurn:
    "a user or assistant says nothing, thinks nothing and calls nothing",
  picture: "the question has a picture",
};
