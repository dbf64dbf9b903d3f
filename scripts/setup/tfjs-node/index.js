/** The one native engine, under the name by which danfojs-node asks for it. */
const util = require("node:util");

// The engine calls this at its first operation; Node 22 warns of it and Node 23 took it away.
util.isNullOrUndefined = (value) => value === null || value === undefined;

module.exports = require("@tensorflow/tfjs-node-gpu");
