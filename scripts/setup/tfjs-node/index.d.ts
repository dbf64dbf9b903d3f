/** The one native engine, under the name by which danfojs-node asks for it. */
export * from "@tensorflow/tfjs-node-gpu";
