// One file on its way straight to a bucket, in parts, three at a time. To the page it looks like any other upload.

import { Bucket } from "./bucket.js";
import { bytesOf, digestOf } from "./digests.js";
import * as memory from "./memory.js";
import { Sending } from "./sending.js";
import { Broken, Refusal } from "./server.js";

const lanes = 3;
const patience = 60_000;

/** The file holds something else than was sent of it. */
class Changed extends Error {}

export class DirectUpload extends Sending {
  #bucket;
  #id;
  #partSize = 0;
  /** SHA-256 of each part that is there, by its number. */
  #parts = new Map();
  /** Bytes of each part under way that have left. */
  #left = new Map();
  #isKnown = false;

  cancel(server) {
    this.pause();
    if (this.fingerprint) memory.forget(this.fingerprint);
    if (this.#id && server && this.state !== "stored") new Bucket(server).remove(this.#id).catch(() => {});
  }

  async advance(server) {
    if (!server.user) return this.to("failed", "This is sent only for who has logged in.");
    this.#bucket = new Bucket(server);
    await this.hold();
    if (!this.#id) this.#id = this.#remembered(server);
    if (!this.#id) await this.#begin(server);
    else if (!this.#isKnown) await this.#lookUp(server);
    this.#isKnown = true;
    await this.#sendParts();
    await this.#finish(await this.#bucket.complete(this.#id, this.signal));
  }

  #remembered({ user }) {
    const known = memory.recall(this.fingerprint);
    return known?.direct && known.user === user ? known.place : undefined;
  }

  #keepInMind({ user }) {
    const { path, size, offset } = this;
    memory.remember(this.fingerprint, { place: this.#id, direct: true, user, path, size, offset });
  }

  async #begin(server) {
    const { id, partSize } = await this.#bucket.begin(this.file, this.path, this.signal);
    [this.#id, this.#partSize] = [id, partSize];
    this.#parts.clear();
    this.#count();
    this.#keepInMind(server);
  }

  /** What is there counts if it is what the file holds: sizes were compared by the server, digests are here. */
  async #lookUp(server) {
    const { partSize, parts } = await this.#bucket.standing(this.#id, this.signal);
    this.#partSize = partSize;
    const known = this.#parts;
    this.#parts = new Map();
    for (const [number, digest] of Object.entries(parts)) {
      this.signal.throwIfAborted();
      // What this page has sent itself it needn't read again.
      const own = known.get(Number(number)) ?? (await digestOf(await bytesOf(this.#slice(Number(number)))));
      if (own !== digest) throw new Changed();
      this.#parts.set(Number(number), digest);
      this.#count();
    }
    this.#keepInMind(server);
  }

  get #partCount() { return Math.max(1, Math.ceil(this.size / this.#partSize)); }

  #slice(number) {
    return this.file.slice((number - 1) * this.#partSize, number * this.#partSize);
  }

  async #sendParts() {
    const missing = Array.from({ length: this.#partCount }, (_, at) => at + 1).filter((number) => !this.#parts.has(number));
    const failed = new AbortController();
    const { signal } = this;
    const stop = () => failed.abort(signal.reason);
    signal.addEventListener("abort", stop);
    const lane = async () => {
      for (let number = missing.shift(); number; number = missing.shift()) await this.#sendPart(number, failed.signal);
    };
    try {
      await Promise.all(Array.from({ length: lanes }, lane));
    } catch (error) {
      // The others end, too: what is under way would come beside what is sent again.
      failed.abort(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #sendPart(number, signal) {
    const content = await bytesOf(this.#slice(number));
    const digest = await digestOf(content);
    signal.throwIfAborted();
    const left = (bytes) => {
      if (signal.aborted) return;
      this.#left.set(number, Math.min(bytes, content.byteLength));
      this.#count();
    };
    await this.#bucket.put(this.#id, number, { content, digest }, { signal, patience, left });
    this.#left.delete(number);
    this.#parts.set(number, digest);
    this.sent += content.byteLength;
    this.failures = 0;
    this.#count();
  }

  #count() {
    const sum = (numbers, size) => numbers.reduce((all, number) => all + size(number), 0);
    this.offset = this.#partSize ? sum([...this.#parts.keys()], (number) => this.#slice(number).size) : 0;
    this.onTheWay = sum([...this.#left.values()], (bytes) => bytes);
    this.changed(this);
  }

  async #finish(told) {
    if (!(told.size === this.size)) throw new Broken("the server doesn't say what is stored");
    for (const [number, digest] of this.#parts) {
      if ((await digestOf(await bytesOf(this.#slice(number)))) !== digest) throw new Changed();
    }
    memory.forget(this.fingerprint);
    this.stored = { name: told.name, size: told.size, sha256: told.sha256 ?? told.key };
    this.to("stored");
  }

  #beginAnew() {
    memory.forget(this.fingerprint);
    this.#id = undefined;
    this.#parts.clear();
    this.#count();
  }

  interrupted(error) {
    this.#left.clear();
    this.#count();
    this.#isKnown = false;
  }

  mends(error) {
    if (!this.#id) return false;
    if (error instanceof Changed) this.#bucket.remove(this.#id).catch(() => {});
    else if (!(error instanceof Refusal)) return false;
    if (error instanceof Changed || error.isGone) this.#beginAnew();
    else if (error.status === 409) this.to("failed", error.message);
    else return false;
    return true;
  }
}
