// A worker: reads files and says their SHA-256, while the page stays quick.

import { SHA256 } from "./sha256.js";

const pieceSize = 1 << 20;

async function digestOf(parts) {
  const hash = new SHA256();
  for (const part of parts) {
    for (let at = 0; at < part.size; at += pieceSize) {
      hash.update(new Uint8Array(await part.slice(at, at + pieceSize).arrayBuffer()));
    }
  }
  return hash.digest();
}

onmessage = async ({ data: { id, question } }) => {
  try {
    postMessage({ id, answer: await digestOf(question) });
  } catch (error) {
    postMessage({ id, trouble: String(error) });
  }
};
