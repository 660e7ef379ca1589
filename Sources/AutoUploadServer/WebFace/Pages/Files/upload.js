// One file on its way to the server, piece by piece.

import { bytesOf, digestOf, Pieces } from "./digests.js";
import * as memory from "./memory.js";
import { Sending } from "./sending.js";
import { Broken, Refusal } from "./server.js";

/** Files up to here are sent in one request, and aren't gone on with. */
const small = 4 << 20;
const smallestPiece = 256 << 10;
/** It lies in memory while it is sent. */
const largestPiece = 16 << 20;
/** A piece should take about this long: only at its end it shows what is durable, and of one that breaks nothing is kept. */
const secondsOfPiece = 2;
/** Seconds after which it is told that something holds back what has left. */
const heldAfter = 8;

export class Upload extends Sending {
  #place;
  /** Whether `offset` is what the server has now. */
  #isKnown = true;
  #piece = small;
  #largest = largestPiece;
  #wholeAtOnce = true;
  #pieces = new Pieces();
  /** Since when all of a piece has left. */
  #leftSince = 0;

  get isHeld() { return this.#leftSince > 0 && Date.now() - this.#leftSince > heldAfter * 1000; }

  /** Ends it, and has the server forget what came of it. */
  cancel(server) {
    this.pause();
    if (this.fingerprint) memory.forget(this.fingerprint);
    if (this.#place && server && this.state !== "stored") server.remove(this.#place).catch(() => {});
  }

  async advance(server) {
    if (this.size > small) await this.#recognise(server);
    if (this.#place && !this.#isKnown) await this.#lookUp(server);
    let stored;
    if (!this.#place) stored = await this.#begin(server);
    this.#isKnown = true;
    while (this.offset < this.size) stored = await this.#sendPiece(server);
    await this.#finish(stored ?? (await server.stored(this.#place, this.signal)));
  }

  async #recognise(server) {
    const isNew = !this.fingerprint;
    await this.hold();
    if (!isNew) return;
    const known = memory.recall(this.fingerprint);
    if (known?.user !== server.user) return;
    const pieces = new Pieces(known.pieces);
    // Another file may look like it.
    if (!(await pieces.match(this.file))) return;
    [this.#place, this.#pieces, this.#isKnown] = [known.place, pieces, false];
  }

  async #lookUp(server) {
    const offset = await server.offset(this.#place, this.signal);
    if (this.#pieces.cut(offset)) this.offset = offset;
    else this.#beginAnew();
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
    this.signal.throwIfAborted();
    this.#pieces.add(this.offset, content.byteLength, digest);
    return { content, digest };
  }

  #advanced(offset) {
    this.sent += offset - this.offset;
    this.offset = offset;
    this.onTheWay = this.#leftSince = this.failures = 0;
    this.changed(this);
  }

  #keepInMind({ user }) {
    const { path, size, offset } = this;
    if (this.fingerprint) memory.remember(this.fingerprint, { place: this.#place, user, path, size, offset, pieces: this.#pieces });
  }

  #signs() {
    const end = Math.min(this.size - this.offset, this.#piece, this.#largest);
    return {
      signal: this.signal,
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
      return this.to("stored");
    }
    this.offset = 0;
    this.to("failed", "What the server has stored isn’t what this file holds now. Was it changed meanwhile? Try again.");
  }

  interrupted(error) {
    this.onTheWay = this.#leftSince = 0;
    this.#isKnown = false;
    if (error instanceof Broken) this.#piece = Math.max(smallestPiece, this.#piece >> 2);
  }

  mends(error) {
    if (!(error instanceof Refusal)) return false;
    if (error.status === 413) return this.#sendsLess();
    if (!error.isGone || !this.#place) return false;
    this.#beginAnew();
    return true;
  }

  /** The server knows nothing of it any more. */
  #beginAnew() {
    if (this.fingerprint) memory.forget(this.fingerprint);
    this.#place = undefined;
    this.#pieces = new Pieces();
    this.offset = 0;
  }

  /** A proxy may take little at a time. */
  #sendsLess() {
    if (!this.#place) {
      const could = this.#wholeAtOnce && this.size <= small;
      this.#wholeAtOnce = false;
      return could;
    }
    this.#largest = Math.min(this.#piece, this.#largest) / 4;
    return this.#largest >= 64 << 10;
  }
}
