// One file on its way: what has to happen until it is stored, and what to do when something comes in between.

import { bytesOf, digestOf, fingerprint, Pieces, Unreadable } from "./digests.js";
import * as memory from "./memory.js";
import { pause, secondsAfter } from "./pauses.js";
import { Broken, Refusal } from "./server.js";
import { size as sizeText, time } from "./words.js";

/** Files up to here are sent in one request, and aren't gone on with. */
const small = 4 << 20;
const smallestPiece = 256 << 10;
/** It lies in memory while it is sent. */
const largestPiece = 16 << 20;
/** A piece should take about this long: only at its end it shows what is durable, and of one that breaks nothing is kept. */
const secondsOfPiece = 2;
/** Seconds after which it is told that something holds back what has left. */
const heldAfter = 8;

export class Upload {
  /**
   * waiting → sending ⇄ retrying → stored or failed; paused between them. missing: begun before the page was loaded, and its file
   * isn't chosen yet.
   */
  state = "waiting";
  /** Bytes that the server has said are durable. */
  offset = 0;
  /** How many of them are so since the page was loaded. */
  sent = 0;
  /** Bytes beyond it that have left. */
  onTheWay = 0;
  text = "";
  /** As the server says: name, size, sha256, receipt. */
  stored = undefined;
  fingerprint = undefined;

  #place;
  /** Whether `offset` is what the server has now. */
  #isKnown = true;
  #piece = small;
  #largest = largestPiece;
  #wholeAtOnce = true;
  #pauses = 0;
  #stopper;
  /** Until this, a run that was paused may still be ending. */
  #ending;
  /** Lets another upload of the same file begin. */
  #release;
  #pieces = new Pieces();
  /** Since when all of a piece has left. */
  #leftSince = 0;

  constructor(file, path, changed) {
    this.file = file;
    this.path = path;
    this.size = file.size;
    this.changed = changed;
  }

  get isOver() { return this.state === "stored" || this.state === "failed"; }
  get isActive() { return this.state === "sending" || this.state === "retrying"; }

  /** Whether bytes have left, and nothing is said of them. */
  get isHeld() { return this.#leftSince > 0 && Date.now() - this.#leftSince > heldAfter * 1000; }

  pause() {
    if (this.isOver) return;
    this.#to("paused");
    this.#stopper?.abort();
  }

  resume() {
    if (this.state === "paused" || this.state === "failed") this.#to("waiting");
  }

  /** Ends it, and has the server forget what came of it. */
  cancel(server) {
    this.pause();
    if (this.fingerprint) memory.forget(this.fingerprint);
    if (this.#place && server && this.state !== "stored") server.remove(this.#place).catch(() => {});
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

  async #untilOver(server) {
    this.#stopper = new AbortController();
    this.#to("sending");
    while (this.state === "sending" || this.state === "retrying") {
      try {
        await this.#advance(server);
      } catch (error) {
        this.onTheWay = this.#leftSince = 0;
        this.#isKnown = false;
        if (error instanceof Broken) this.#piece = Math.max(smallestPiece, this.#piece >> 2);
        if (this.#stopper.signal.aborted) return;
        if (error instanceof Refusal && error.isLogin) {
          this.#to("waiting");
          throw error;
        }
        await this.#recover(error);
      }
    }
  }

  #to(state, text = "") {
    [this.state, this.text] = [state, text];
    this.changed(this);
  }

  async #advance(server) {
    this.#to("sending");
    if (this.size > small && !this.#release) await this.#recognise(server);
    if (this.#place && !this.#isKnown) await this.#lookUp(server);
    let stored;
    if (!this.#place) stored = await this.#begin(server);
    this.#isKnown = true;
    while (this.offset < this.size) stored = await this.#sendPiece(server);
    await this.#finish(stored ?? (await server.stored(this.#place, this.#stopper.signal)));
  }

  async #recognise(server) {
    const isNew = !this.fingerprint;
    this.fingerprint ??= await fingerprint(this.file, this.path);
    await this.#hold(this.#stopper.signal);
    if (!isNew) return;
    const known = memory.recall(this.fingerprint);
    if (known?.user !== server.user) return;
    const pieces = new Pieces(known.pieces);
    // Another file may look like it.
    if (!(await pieces.match(this.file))) return;
    [this.#place, this.#pieces, this.#isKnown] = [known.place, pieces, false];
  }

  async #lookUp(server) {
    const offset = await server.offset(this.#place, this.#stopper.signal);
    if (this.#pieces.cut(offset)) this.offset = offset;
    else this.#beginAnew();
  }

  /** Nobody else goes on with it meanwhile: neither the same file chosen twice, nor another tab. */
  #hold(signal) {
    signal.throwIfAborted();
    if (!navigator.locks) return undefined;
    return new Promise((resolve, reject) => {
      const held = () => new Promise((release) => {
        this.#release = release;
        resolve();
      });
      navigator.locks.request(this.fingerprint, { signal }, held).catch(reject);
    });
  }

  async #begin(server) {
    const isWhole = this.size <= small && this.#wholeAtOnce;
    const piece = isWhole ? await this.#nextPiece(small) : undefined;
    const { place, offset, stored } = await server.create(this.file, this.path, piece, this.#signs());
    this.#place = place;
    this.#advanced(offset);
    this.#keepInMind(server);
    return stored;
  }

  async #sendPiece(server) {
    const begun = Date.now();
    const piece = await this.#nextPiece(Math.min(this.#piece, this.#largest));
    // Its answer may be lost.
    this.#keepInMind(server);
    const { offset, stored } = await server.append(this.#place, this.offset, piece, this.#signs());
    if (!(offset > this.offset)) throw new Broken("the server doesn't say how much it has");
    this.#advanced(offset);
    const factor = (secondsOfPiece * 1000) / Math.max(1, Date.now() - begun);
    this.#piece = Math.max(smallestPiece, Math.round(this.#piece * Math.min(2, Math.max(0.5, factor))));
    this.#keepInMind(server);
    return stored;
  }

  /** What is sent is what was digested, whatever becomes of the file meanwhile. */
  async #nextPiece(size) {
    const content = await bytesOf(this.file.slice(this.offset, this.offset + size));
    const digest = await digestOf(content);
    // What was cancelled meanwhile isn't to be kept in mind again.
    this.#stopper.signal.throwIfAborted();
    this.#pieces.add(this.offset, content.byteLength, digest);
    return { content, digest };
  }

  #advanced(offset) {
    this.sent += offset - this.offset;
    this.offset = offset;
    this.onTheWay = this.#leftSince = this.#pauses = 0;
    this.changed(this);
  }

  #keepInMind({ user }) {
    const { path, size, offset } = this;
    if (this.fingerprint) memory.remember(this.fingerprint, { place: this.#place, user, path, size, offset, pieces: this.#pieces });
  }

  #signs() {
    const end = Math.min(this.size - this.offset, this.#piece, this.#largest);
    return {
      signal: this.#stopper.signal,
      // After a restart the server reads again what it has, for its SHA-256.
      patience: 60_000 + this.offset / 50_000,
      left: (bytes) => {
        this.onTheWay = Math.min(bytes, end);
        if (bytes >= end) this.#leftSince ||= Date.now();
        this.changed(this);
      },
    };
  }

  async #finish(stored) {
    if (!stored?.sha256) throw new Broken("the server doesn't say what it has stored");
    if (this.fingerprint) memory.forget(this.fingerprint);
    this.#place = undefined;
    const isSame = this.#pieces.mayBe(stored.sha256) && (await this.#pieces.match(this.file));
    if (isSame) {
      this.stored = stored;
      return this.#to("stored");
    }
    this.offset = 0;
    this.#to("failed", "What the server has stored isn’t what this file holds now. Was it changed meanwhile? Try again.");
  }

  async #recover(error) {
    if (error instanceof Refusal && error.isGone && this.#place) return this.#beginAnew();
    if (error instanceof Refusal && error.status === 413 && this.#sendLess()) return;
    if (error instanceof Unreadable) {
      return this.#to("failed", "It can’t be read any more. Was it changed, moved or removed? Choose it again.");
    }
    const passes = error instanceof Broken || (error instanceof Refusal && error.passes);
    if (!passes) return this.#to("failed", error.message);
    const seconds = secondsAfter(this.#pauses++, error.retryAfter);
    await this.#waitFor(seconds, error instanceof Refusal ? error.message : navigator.onLine ? "The connection was lost" : "There is no network");
  }

  /** The server knows nothing of it any more. */
  #beginAnew() {
    if (this.fingerprint) memory.forget(this.fingerprint);
    this.#place = undefined;
    this.#pieces = new Pieces();
    this.offset = 0;
  }

  /** A proxy may take little at a time. */
  #sendLess() {
    if (!this.#place) {
      const could = this.#wholeAtOnce && this.size <= small;
      this.#wholeAtOnce = false;
      return could;
    }
    this.#largest = Math.min(this.#piece, this.#largest) / 4;
    return this.#largest >= 64 << 10;
  }

  #waitFor(seconds, why) {
    return pause(seconds, this.#stopper.signal, (left) => {
      this.#to("retrying", `${why}. Next try in ${time(left)}; ${sizeText(this.offset)} are safe.`);
    });
  }
}
