// What each way of sending a file has in common: its states, and what happens when something comes in between.

import { fingerprint, Unreadable } from "./digests.js";
import { pause, secondsAfter } from "./pauses.js";
import { Broken, Refusal } from "./server.js";
import { size as sizeText, time } from "./words.js";

export class Sending {
  /**
   * waiting → sending ⇄ retrying → stored or failed; paused between them. missing: begun before the page was loaded, and its file
   * isn't chosen yet.
   */
  state = "waiting";
  /** Bytes that are said to be durable. */
  offset = 0;
  /** How many of them are so since the page was loaded. */
  sent = 0;
  /** Bytes beyond it that have left. */
  onTheWay = 0;
  text = "";
  /** As the server says: name, size, sha256, receipt. */
  stored = undefined;
  fingerprint = undefined;
  /** Since something came of a try. */
  failures = 0;

  #stopper;
  /** Until this, a run that was paused may still be ending. */
  #ending;
  /** Lets another upload of the same file begin. */
  #release;

  constructor(file, path, changed) {
    this.file = file;
    this.path = path;
    this.size = file.size;
    this.changed = changed;
  }

  get isOver() { return this.state === "stored" || this.state === "failed"; }
  get isActive() { return this.state === "sending" || this.state === "retrying"; }

  /** Whether bytes have left, and nothing is said of them. */
  get isHeld() { return false; }

  get signal() { return this.#stopper.signal; }

  pause() {
    if (this.isOver) return;
    this.to("paused");
    this.#stopper?.abort();
  }

  resume() {
    if (this.state === "paused" || this.state === "failed") this.to("waiting");
  }

  /**
   * Sends it, until it is stored, or fails, or is paused.
   * @throws {Refusal} when the login isn't good any more
   */
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

  to(state, text = "") {
    [this.state, this.text] = [state, text];
    this.changed(this);
  }

  /** Nobody else goes on with it meanwhile: neither the same file chosen twice, nor another tab. */
  async hold() {
    this.fingerprint ??= await fingerprint(this.file, this.path);
    const { signal } = this;
    signal.throwIfAborted();
    if (this.#release || !navigator.locks) return;
    await new Promise((resolve, reject) => {
      const held = () => new Promise((release) => {
        this.#release = release;
        resolve();
      });
      navigator.locks.request(this.fingerprint, { signal }, held).catch(reject);
    });
  }

  // MARK: what each way has of its own

  /** Sends what is missing, until it is stored. */
  async advance(server) {}

  /** What was on its way is lost. */
  interrupted(error) {}

  /** @returns {boolean} whether it knows what to do about an error, and has done it */
  mends(error) { return false; }

  async #untilOver(server) {
    this.#stopper = new AbortController();
    do {
      this.to("sending");
      try {
        await this.advance(server);
      } catch (error) {
        this.interrupted(error);
        if (this.signal.aborted) return;
        if (error instanceof Refusal && error.isLogin) {
          this.to("waiting");
          throw error;
        }
        if (!this.mends(error)) await this.#recover(error);
      }
    } while (this.isActive);
  }

  async #recover(error) {
    if (error instanceof Unreadable) {
      return this.to("failed", "It can’t be read any more. Was it changed, moved or removed? Choose it again.");
    }
    const passes = error instanceof Broken || (error instanceof Refusal && error.passes);
    if (!passes) return this.to("failed", error.message);
    const why = error instanceof Refusal ? error.message : navigator.onLine ? "The connection was lost" : "There is no network";
    await pause(secondsAfter(this.failures++, error.retryAfter), this.signal, (left) => {
      this.to("retrying", `${why}. Next try in ${time(left)}; ${sizeText(this.offset)} are safe.`);
    });
  }
}
