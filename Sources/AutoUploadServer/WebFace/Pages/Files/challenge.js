// What somebody without an account answers before each upload.

import { Helper } from "./helper.js";

const solver = new Helper("solver.js");

/**
 * @param {object} challenge of the server, in the ALTCHA project's format
 * @returns {Promise<string>} the answer, as the server takes it
 */
export async function answerTo({ algorithm, challenge, maxnumber, salt, signature }) {
  const number = await solver.ask({ challenge, maxnumber, salt });
  return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
}
