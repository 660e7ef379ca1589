// What is said to an S3 engine, and to the server about it: the server signs each part, for its content alone, just before it is sent.

import { Broken, Refusal, transfer } from "./server.js";

export class Bucket {
  #server;

  constructor(server) {
    this.#server = server;
  }

  /** @returns {Promise<{id: string, key: string, partSize: number, parts: object}>} */
  begin(file, path, signal) {
    return this.#server.direct("POST", "uploads", { path, size: file.size, type: file.type }, signal);
  }

  /** @returns {Promise<object>} as `begin`, with the SHA-256 of each part that is there, and `stored` once all is */
  standing(id, signal) {
    return this.#server.direct("GET", `uploads/${id}`, undefined, signal);
  }

  /** Sends a part. */
  async put(id, number, { content, digest }, signs) {
    const asked = { number, size: content.byteLength, sha256: digest };
    const { method, url, headers } = await this.#server.direct("POST", `uploads/${id}/parts`, asked, signs.signal);
    try {
      await transfer(method, url, headers, content, signs);
    } catch (error) {
      // An engine that refuses may have been asked too late, or be in trouble: what is signed anew is sent again. An upload that it doesn't know is over.
      if (error instanceof Refusal && !error.isGone) throw new Broken(`the S3 engine answered ${error.status}`);
      throw error;
    }
  }

  /** @returns {Promise<object>} what the engine has, by the server's own look */
  complete(id, signal) {
    return this.#server.direct("POST", `uploads/${id}/completion`, {}, signal, 900_000);
  }

  remove(id) {
    return this.#server.direct("DELETE", `uploads/${id}`);
  }
}
