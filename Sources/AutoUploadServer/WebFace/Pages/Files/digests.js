// Digests of files, made by a worker.

import { Helper } from "./helper.js";

const hasher = new Helper("hasher.js");

/**
 * The SHA-256 of what stands in some blobs, one after the other.
 * @param {Blob[]} parts
 * @returns {Promise<string>} in hexadecimal
 */
export function digestOf(parts) {
  return hasher.ask(parts);
}

const sample = 64 << 10;

/**
 * By what a file is known again after the page was loaded anew: a name and a size say too little, and all of its content takes
 * too long. Whether it was the same in all its bytes shows in the end, by its SHA-256.
 */
export function fingerprint(file, path) {
  const middle = Math.floor(file.size / 2);
  return digestOf([
    new Blob([JSON.stringify([path, file.size, file.lastModified])]),
    file.slice(0, sample), file.slice(middle, middle + sample), file.slice(Math.max(0, file.size - sample)),
  ]);
}
