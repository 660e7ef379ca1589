// What somebody without an account answers before each upload.

import { digestOf } from "./digests.js";

const encoder = new TextEncoder();
const atOnce = 512;

/** @returns {Promise<number | undefined>} what, in decimal behind the salt, has the SHA-256 that is wanted */
async function solution({ salt, challenge, maxnumber }) {
  for (let first = 0; first <= maxnumber; first += atOnce) {
    const tries = Array.from({ length: atOnce }, (_, at) => digestOf(encoder.encode(`${salt}${first + at}`)));
    const found = (await Promise.all(tries)).indexOf(challenge);
    if (found >= 0) return first + found;
  }
  return undefined;
}

/**
 * @param {object} asked by the server, in the ALTCHA project's format
 * @returns {Promise<string>} the answer, as the server takes it
 */
export async function answerTo(asked) {
  const { algorithm, challenge, salt, signature } = asked;
  return btoa(JSON.stringify({ algorithm, challenge, number: await solution(asked), salt, signature }));
}
