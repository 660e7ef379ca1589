// A worker: looks for the number that a challenge of the ALTCHA project's format asks for.

import { SHA256 } from "./sha256.js";

const encoder = new TextEncoder();

/** @returns {number | undefined} what, in decimal behind the salt, has the SHA-256 that is wanted */
function solution({ salt, challenge, maxnumber }) {
  const wanted = Int32Array.from(challenge.match(/.{8}/g), (word) => parseInt(word, 16));
  const hash = new SHA256();
  for (let number = 0; number <= maxnumber; number++) {
    hash.reset();
    hash.update(encoder.encode(salt + number));
    if (hash.words().every((word, at) => word === wanted[at])) return number;
  }
  return undefined;
}

onmessage = ({ data: { id, question } }) => {
  postMessage({ id, answer: solution(question) });
};
