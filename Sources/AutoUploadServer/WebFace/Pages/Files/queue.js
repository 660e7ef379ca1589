// All files: a few of them are sent at a time. Knows how much is done, and how fast.

import { wake } from "./pauses.js";

const lanes = 4;
/** Seconds over which the rate is counted. */
const window = 15;

export class Queue {
  uploads = [];
  server = undefined;
  #running = 0;
  /** Bytes that had become durable at what time. */
  #samples = [];
  #lostLogin;

  /** @param {(server: Server) => void} lostLogin is told where user or password aren't good any more */
  constructor(lostLogin) {
    this.#lostLogin = lostLogin;
  }

  add(uploads) {
    this.uploads.push(...uploads);
    this.fill();
  }

  remove(uploads) {
    const gone = new Set(uploads);
    this.uploads = this.uploads.filter((upload) => !gone.has(upload));
    this.#samples = [];
  }

  /** Begins what can begin. */
  fill() {
    while (this.server && this.#running < lanes) {
      const next = this.uploads.find((upload) => upload.state === "waiting" && upload.file);
      if (!next) return;
      this.#run(next);
    }
  }

  async #run(upload) {
    const server = this.server;
    this.#running++;
    try {
      await upload.run(server);
    } catch (error) {
      if (this.server === server) {
        this.server = undefined;
        this.#lostLogin(server);
      }
    }
    this.#running--;
    this.fill();
  }

  /** There is news of the network. */
  wake() {
    wake();
    this.fill();
  }

  /** How it stands. */
  totals() {
    const all = { files: 0, stored: 0, failed: 0, active: 0, paused: 0, waiting: 0, size: 0, durable: 0, onTheWay: 0, held: 0, sent: 0, open: 0 };
    for (const upload of this.uploads) {
      if (upload.state === "missing") continue;
      all.files++;
      all.size += upload.size;
      all.durable += upload.offset;
      all.onTheWay += upload.onTheWay;
      all.sent += upload.sent;
      if (upload.isActive || upload.state === "waiting") all.open += upload.size - upload.offset;
      if (upload.isHeld) all.held += upload.onTheWay;
      all[upload.isActive ? "active" : upload.state]++;
    }
    all.rate = this.#rate(all.sent);
    all.secondsLeft = all.open / all.rate;
    return all;
  }

  #rate(sent) {
    const now = Date.now() / 1000;
    this.#samples.push([now, sent]);
    while (this.#samples.length > 2 && this.#samples[1][0] < now - window) this.#samples.shift();
    const [since, before] = this.#samples[0];
    return now - since < 0.5 ? 0 : Math.max(0, (sent - before) / (now - since));
  }
}
