/** The one native engine, under the name by which danfojs-node asks for it. */
const util = require("node:util");
const tf = require("@tensorflow/tfjs");

// The engine calls this at its first operation; Node 22 warns of it and Node 23 took it away.
util.isNullOrUndefined = (value) => value === null || value === undefined;

const running = tf.getBackend();
module.exports = require("@tensorflow/tfjs-node-gpu");
// Loading it makes TensorFlow the backend; where the torch engine runs already it goes on.
if (running === "torch") tf.setBackend(running);
