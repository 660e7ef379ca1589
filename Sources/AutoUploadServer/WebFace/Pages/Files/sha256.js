// SHA-256 (FIPS 180-4) of content that comes in pieces, which the browser's own can't do.

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const beginning = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

export class SHA256 {
  #state = beginning.slice();
  #words = new Int32Array(64);
  #block = new Uint8Array(64);
  #filled = 0;
  #length = 0;

  /** @param {Uint8Array} bytes what comes next */
  update(bytes) {
    let at = 0;
    this.#length += bytes.length;
    if (this.#filled) {
      at = Math.min(64 - this.#filled, bytes.length);
      this.#block.set(bytes.subarray(0, at), this.#filled);
      this.#filled += at;
      if (this.#filled < 64) return;
      this.#take(this.#block, 0);
    }
    for (; at + 64 <= bytes.length; at += 64) this.#take(bytes, at);
    this.#block.set(bytes.subarray(at));
    this.#filled = bytes.length - at;
  }

  /** @returns {string} the digest in hexadecimal; nothing can follow before `reset` */
  digest() {
    return Array.from(this.words(), (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  /** @returns {Int32Array} the digest, until `reset` */
  words() {
    const block = this.#block;
    block[this.#filled++] = 0x80;
    if (this.#filled > 56) {
      block.fill(0, this.#filled);
      this.#take(block, 0);
      this.#filled = 0;
    }
    block.fill(0, this.#filled, 56);
    for (let at = 63, rest = this.#length * 8; at >= 56; at--, rest = Math.floor(rest / 256)) block[at] = rest % 256;
    this.#take(block, 0);
    return this.#state;
  }

  /** Begins with new content. */
  reset() {
    this.#state.set(beginning);
    this.#filled = this.#length = 0;
  }

  #take(bytes, at) {
    const words = this.#words, state = this.#state;
    for (let i = 0; i < 16; i++, at += 4) {
      words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = words[i - 15], y = words[i - 2];
      const small = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const large = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      words[i] = (words[i - 16] + small + words[i - 7] + large) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const sumE = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + sumE + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0;
      const sumA = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (sumA + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
}
