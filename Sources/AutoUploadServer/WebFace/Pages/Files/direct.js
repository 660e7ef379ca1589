// One file on its way straight to a bucket, in parts, three at a time. To the page it looks like any other upload.

import { Bucket } from "./bucket.js";
import { bytesOf, digestOf, fingerprint, Unreadable } from "./digests.js";
import * as memory from "./memory.js";
import { pause, secondsAfter } from "./pauses.js";
import { Broken, Refusal } from "./server.js";
import { size as sizeText, time } from "./words.js";

const lanes = 3;
const patience = 60_000;

/** The file holds something else than was sent of it. */
class Changed extends Error {}

export class DirectUpload {
  state = "waiting";
  /** Bytes of the parts that the engine has. */
  offset = 0;
  sent = 0;
  onTheWay = 0;
  text = "";
  stored = undefined;
  fingerprint = undefined;
  isHeld = false;

  #id;
  #partSize = 0;
  /** SHA-256 of each part that is there, by its number. */
  #parts = new Map();
  /** Bytes of each part under way that have left. */
  #left = new Map();
  #isKnown = false;
  #failures = 0;
  #stopper;
  #ending;
  #release;

  constructor(file, path, changed) {
    this.file = file;
    this.path = path;
    this.size = file.size;
    this.changed = changed;
  }

  get isOver() { return this.state === "stored" || this.state === "failed"; }
  get isActive() { return this.state === "sending" || this.state === "retrying"; }

  pause() {
    if (this.isOver) return;
    this.#to("paused");
    this.#stopper?.abort();
  }

  resume() {
    if (this.state === "paused" || this.state === "failed") this.#to("waiting");
  }

  cancel(server) {
    this.pause();
    if (this.fingerprint) memory.forget(this.fingerprint);
    if (this.#id && server && this.state !== "stored") new Bucket(server).remove(this.#id).catch(() => {});
  }

  async run(server) {
    const before = this.#ending;
    let ended;
    this.#ending = new Promise((resolve) => (ended = resolve));
    await before;
    try {
      if (this.state === "waiting") await this.#untilOver(server);
    } finally {
      this.#release?.();
      this.#release = undefined;
      ended();
    }
  }

  async #untilOver(server) {
    if (!server.user) return this.#to("failed", "This is sent only for who has logged in.");
    this.#stopper = new AbortController();
    const bucket = new Bucket(server);
    this.#to("sending");
    while (this.isActive) {
      try {
        await this.#advance(bucket, server);
      } catch (error) {
        this.#left.clear();
        this.#count();
        this.#isKnown = false;
        if (this.#stopper.signal.aborted) return;
        if (error instanceof Refusal && error.isLogin) {
          this.#to("waiting");
          throw error;
        }
        await this.#recover(error, bucket);
      }
    }
  }

  #to(state, text = "") {
    [this.state, this.text] = [state, text];
    this.changed(this);
  }

  async #advance(bucket, server) {
    const { signal } = this.#stopper;
    this.#to("sending");
    if (!this.#release) await this.#hold(signal);
    if (!this.#id) this.#id = this.#remembered(server);
    if (!this.#id) await this.#begin(bucket, server);
    else if (!this.#isKnown) await this.#lookUp(bucket, server);
    this.#isKnown = true;
    await this.#sendParts(bucket);
    await this.#finish(await bucket.complete(this.#id, signal));
  }

  /** Nobody else goes on with it meanwhile: neither the same file chosen twice, nor another tab. */
  async #hold(signal) {
    this.fingerprint ??= await fingerprint(this.file, this.path);
    signal.throwIfAborted();
    if (!navigator.locks) return;
    await new Promise((resolve, reject) => {
      const held = () => new Promise((release) => {
        this.#release = release;
        resolve();
      });
      navigator.locks.request(this.fingerprint, { signal }, held).catch(reject);
    });
  }

  #remembered({ user }) {
    const known = memory.recall(this.fingerprint);
    return known?.direct && known.user === user ? known.place : undefined;
  }

  #keepInMind({ user }) {
    const { path, size, offset } = this;
    memory.remember(this.fingerprint, { place: this.#id, direct: true, user, path, size, offset });
  }

  async #begin(bucket, server) {
    const { id, partSize } = await bucket.begin(this.file, this.path, this.#stopper.signal);
    [this.#id, this.#partSize] = [id, partSize];
    this.#parts.clear();
    this.#count();
    this.#keepInMind(server);
  }

  /** What is there counts if it is what the file holds: sizes were compared by the server, digests are here. */
  async #lookUp(bucket, server) {
    const { partSize, parts } = await bucket.standing(this.#id, this.#stopper.signal);
    this.#partSize = partSize;
    const known = this.#parts;
    this.#parts = new Map();
    for (const [number, digest] of Object.entries(parts)) {
      this.#stopper.signal.throwIfAborted();
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

  async #sendParts(bucket) {
    const missing = Array.from({ length: this.#partCount }, (_, at) => at + 1).filter((number) => !this.#parts.has(number));
    const failed = new AbortController();
    const { signal } = this.#stopper;
    const stop = () => failed.abort(signal.reason);
    signal.addEventListener("abort", stop);
    const lane = async () => {
      for (let number = missing.shift(); number; number = missing.shift()) await this.#sendPart(bucket, number, failed.signal);
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

  async #sendPart(bucket, number, signal) {
    const content = await bytesOf(this.#slice(number));
    const digest = await digestOf(content);
    signal.throwIfAborted();
    const left = (bytes) => {
      if (signal.aborted) return;
      this.#left.set(number, Math.min(bytes, content.byteLength));
      this.#count();
    };
    await bucket.put(this.#id, number, { content, digest }, { signal, patience, left });
    this.#left.delete(number);
    this.#parts.set(number, digest);
    this.sent += content.byteLength;
    this.#failures = 0;
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
    this.#to("stored");
  }

  #beginAnew() {
    memory.forget(this.fingerprint);
    this.#id = undefined;
    this.#parts.clear();
    this.#count();
  }

  async #recover(error, bucket) {
    const isOther = error instanceof Changed || (error instanceof Refusal && error.status === 409 && this.#id);
    if (error instanceof Changed) {
      if (this.#id) bucket.remove(this.#id).catch(() => {});
      return this.#beginAnew();
    }
    if (error instanceof Refusal && error.isGone && this.#id) return this.#beginAnew();
    if (error instanceof Unreadable) {
      return this.#to("failed", "It can’t be read any more. Was it changed, moved or removed? Choose it again.");
    }
    const passes = error instanceof Broken || (error instanceof Refusal && error.passes && !isOther);
    if (!passes) return this.#to("failed", error.message);
    const why = error instanceof Refusal ? error.message : navigator.onLine ? "The connection was lost" : "There is no network";
    await pause(secondsAfter(this.#failures++, error.retryAfter), this.#stopper.signal, (left) => {
      this.#to("retrying", `${why}. Next try in ${time(left)}; ${sizeText(this.offset)} are there.`);
    });
  }
}
