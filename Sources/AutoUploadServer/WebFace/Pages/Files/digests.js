// Digests of files, made by a worker.

let worker;
let last = 0;
const waiting = new Map();

function start() {
  worker = new Worker(new URL("hasher.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: { id, digest, trouble } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (digest) resolve(digest);
    else reject(new Error(trouble));
  };
  worker.onerror = () => {
    for (const { reject } of waiting.values()) reject(new Error("the browser runs no worker"));
    waiting.clear();
    worker = undefined;
  };
}

/**
 * The SHA-256 of what stands in some blobs, one after the other.
 * @param {Blob[]} parts
 * @returns {Promise<string>} in hexadecimal
 */
export function digestOf(parts) {
  if (!worker) start();
  return new Promise((resolve, reject) => {
    const id = ++last;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, parts });
  });
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
