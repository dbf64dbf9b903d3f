/** The one native engine, under the name by which danfojs-node asks for it. */
module.exports = require("@tensorflow/tfjs-node-gpu");
