// Digests of files, by the browser's own SHA-256, which takes what is in memory only: so files are digested piece by piece.

/** The file can't be read. */
export class Unreadable extends Error {}

/** @returns {Promise<ArrayBuffer>} what stands in a blob now */
export async function bytesOf(blob) {
  try {
    return await blob.arrayBuffer();
  } catch (error) {
    throw new Unreadable(String(error));
  }
}

/**
 * @param {BufferSource} bytes
 * @returns {Promise<string>} their SHA-256, in hexadecimal
 */
export async function digestOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const sample = 64 << 10;

/**
 * By what a file is known again after the page was loaded anew: a name and a size say too little, and all of its content takes
 * too long.
 */
export async function fingerprint(file, path) {
  const middle = Math.floor(file.size / 2);
  const parts = [
    JSON.stringify([path, file.size, file.lastModified]),
    file.slice(0, sample), file.slice(middle, middle + sample), file.slice(Math.max(0, file.size - sample)),
  ];
  return digestOf(await bytesOf(new Blob(parts)));
}

/** What has left of a file, as [size, digest] of each piece, from its beginning on. */
export class Pieces {
  #list;

  constructor(list = []) {
    this.#list = list;
  }

  /** A piece is about to leave. */
  add(offset, size, digest) {
    if (offset > 0) this.cut(offset);
    else this.#list = [];
    this.#list.push([size, digest]);
  }

  /**
   * Forgets what stands beyond an offset.
   * @returns {boolean} whether all before it is known
   */
  cut(offset) {
    let end = 0;
    const beyond = this.#list.findIndex(([size]) => (end += size) > offset);
    if (beyond >= 0) this.#list.length = beyond;
    return this.#list.reduce((sum, [size]) => sum + size, 0) === offset;
  }

  /** Whether the file holds now what has left of it. */
  async match(file) {
    let start = 0;
    for (const [size, digest] of this.#list) {
      const piece = file.slice(start, (start += size));
      if ((await digestOf(await bytesOf(piece))) !== digest) return false;
    }
    return true;
  }

  /** Whether all of them together may have this digest: of one it is known, of several each was checked when it came. */
  mayBe(digest) {
    return this.#list.length > 1 || this.#list[0]?.[1] === digest;
  }

  toJSON() {
    return this.#list;
  }
}
