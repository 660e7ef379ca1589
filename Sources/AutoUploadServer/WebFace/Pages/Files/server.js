// What is said to the server, and what it answers: tus 1.0 (https://tus.io), and who is there.

import { answerTo } from "./challenge.js";

const tus = { "Tus-Resumable": "1.0.0" };
const patience = 60_000;

/** The server has answered, and refused. */
export class Refusal extends Error {
  constructor(status, text, retryAfter) {
    super(text.trim().split("\n")[0] || `the server answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
  /** Whether another answer to a challenge may be taken. */
  isProof = false;

  get isLogin() { return !this.isProof && (this.status === 401 || this.status === 403); }
  get isGone() { return this.status === 404 || this.status === 410; }
  /** Whether the same may be taken later. */
  get passes() {
    return this.isProof || [408, 409, 423, 425, 429, 460].includes(this.status) || (this.status >= 500 && ![501, 505, 507].includes(this.status));
  }
}

/** No answer came. */
export class Broken extends Error {}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** By its digest the server finds out whether it has come as it was read. */
function fieldsOf({ digest }) {
  const bytes = digest.match(/../g).map((pair) => parseInt(pair, 16));
  return { "Content-Type": "application/offset+octet-stream", "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...bytes))}` };
}

export class Server {
  /** What each request says of who sends it. */
  #login = {};

  /** Of this server, with the folder that a proxy may have put it into. */
  static root = new URL("..", import.meta.url);
  static uploads = new URL("tus/", Server.root);
  static challenge = new URL("challenge", Server.root);
  static bucket = new URL("s3/", Server.root);
  /** Where nobody logs in here, a cookie may let in: a session's, or that of a link whose password was given. */
  static #credentials = document.body.classList.contains("by-link") ? "same-origin" : "omit";

  /** @param {string} user nobody: uploads are begun with answers to challenges, and gone on with by their places alone */
  constructor(user = "", password = "", code = "", token = "") {
    this.user = user;
    // Of a session of the admin site.
    if (token) this.#login["Form-Token"] = token;
    if (code) this.#login.OTP = code;
    if (user) this.#login.Authorization = `Basic ${base64(`${user}:${password}`)}`;
  }

  /** @throws {Refusal} where user or password are wrong */
  async logIn() {
    // There is no such upload; who isn't known isn't told so.
    const answer = await this.#ask("HEAD", new URL("0", Server.uploads));
    if (!answer.ok && ![404, 410].includes(answer.status)) throw await refusal(answer);
  }

  /**
   * Begins an upload.
   * @param {{content: ArrayBuffer, digest: string}} [piece] all of it, where that is little
   * @returns {Promise<{place: string, offset: number, stored?: object}>}
   */
  async create(file, path, piece, signs) {
    const metadata = { filename: path.split("/").pop(), relativePath: path, mtime: String(Math.floor(file.lastModified / 1000)) };
    const headers = {
      "Upload-Length": String(file.size),
      "Upload-Metadata": Object.entries(metadata).map(([key, value]) => `${key} ${base64(value)}`).join(","),
    };
    if (piece) Object.assign(headers, fieldsOf(piece));
    const answer = await this.#admitted(headers, signs.signal, () => this.#send("POST", Server.uploads, headers, piece?.content, signs));
    const place = answer.header("Upload-Location") ?? answer.header("Location") ?? "";
    return {
      // Only its last part: a proxy may have changed what stands before.
      place: place.split("?")[0].split("/").filter(Boolean).pop(),
      offset: Number(answer.header("Upload-Offset") ?? 0),
      stored: answer.stored,
    };
  }

  /** Without an account: each upload's beginning needs an answer of its own. */
  async #admitted(headers, signal, begin) {
    if (this.user || this.#login["Form-Token"]) return begin();
    const challenge = await this.#ask("GET", Server.challenge, signal);
    // By a link there may be none to answer; else nothing is taken.
    if (challenge.status === 404) return begin();
    if (!challenge.ok) throw await refusal(challenge);
    headers.Altcha = await answerTo(await challenge.json());
    try {
      return await begin();
    } catch (error) {
      error.isProof = error.status === 403;
      throw error;
    }
  }

  /** @returns {Promise<number>} up to where an upload is durable */
  async offset(place, signal) {
    const answer = await this.#ask("HEAD", new URL(place, Server.uploads), signal);
    if (!answer.ok) throw await refusal(answer);
    const offset = Number(answer.headers.get("Upload-Offset") ?? NaN);
    if (!(offset >= 0)) throw new Broken("the server doesn't say how much it has");
    return offset;
  }

  /** Sends a piece. */
  async append(place, offset, piece, signs) {
    const headers = { "Upload-Offset": String(offset), ...fieldsOf(piece) };
    const answer = await this.#send("PATCH", new URL(place, Server.uploads), headers, piece.content, signs);
    return { offset: Number(answer.header("Upload-Offset") ?? NaN), stored: answer.stored };
  }

  /** @returns {Promise<object>} what an upload, all of which has come, is stored as */
  async stored(place, signal) {
    const answer = await this.#ask("GET", new URL(place, Server.uploads), signal);
    if (!answer.ok) throw await refusal(answer);
    return storedIn(await answer.text());
  }

  async remove(place) {
    await this.#ask("DELETE", new URL(place, Server.uploads));
  }

  /**
   * Asks about what goes straight to a bucket, in JSON both ways.
   * @param {number} [longest] milliseconds that the answer may take
   */
  async direct(method, path, content, signal, longest = patience) {
    const headers = { Accept: "application/json", ...this.#login };
    if (content) headers["Content-Type"] = "application/json";
    const signals = [AbortSignal.timeout(longest), signal].filter(Boolean);
    const options = { method, headers, body: content && JSON.stringify(content), credentials: "omit", cache: "no-store", signal: any(signals) };
    let answer, object;
    try {
      answer = await fetch(new URL(path, Server.bucket), options);
      object = await answer.json();
    } catch (error) {
      signal?.throwIfAborted();
      throw new Broken(String(error));
    }
    if (!answer.ok) throw new Refusal(answer.status, object.error ?? "", Number(answer.headers.get("Retry-After")) || 0);
    return object;
  }

  // By fetch: it doesn't open the browser's own window when a login is wrong.
  async #ask(method, url, signal) {
    const headers = { ...tus, Accept: "application/json", ...this.#login };
    const signals = [AbortSignal.timeout(patience), signal].filter(Boolean);
    try {
      return await fetch(url, { method, headers, credentials: Server.#credentials, cache: "no-store", signal: any(signals) });
    } catch (error) {
      signal?.throwIfAborted();
      throw new Broken(String(error));
    }
  }

  #send(method, url, headers, content, signs) {
    return transfer(method, url, { ...tus, Accept: "application/json", ...this.#login, ...headers }, content, signs);
  }
}

// By XMLHttpRequest: only it tells how many bytes have left.
export function transfer(method, url, headers, content, { signal, patience, left }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let lastSign = Date.now();
    // After a sleep or a change of network nobody may tell that a connection is dead.
    const watch = setInterval(() => Date.now() - lastSign > patience && stop(), 1000);
    const end = () => {
      clearInterval(watch);
      signal.removeEventListener("abort", stop);
    };
    request.open(method, url);
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = ({ loaded }) => {
      lastSign = Date.now();
      left(loaded);
    };
    request.onload = () => {
      end();
      const answer = { header: (name) => request.getResponseHeader(name), stored: storedIn(request.responseText) };
      if (request.status < 300) resolve(answer);
      else reject(new Refusal(request.status, request.responseText, Number(answer.header("Retry-After")) || 0));
    };
    request.onerror = () => {
      end();
      reject(new Broken("the connection broke"));
    };
    request.onabort = () => {
      end();
      reject(signal.aborted ? signal.reason : new Broken("nothing moved for too long"));
    };
    signal.addEventListener("abort", stop);
    request.send(content ?? null);
  });
}

async function refusal(answer) {
  return new Refusal(answer.status, await answer.text().catch(() => ""), Number(answer.headers.get("Retry-After")) || 0);
}

function storedIn(text) {
  try {
    const object = JSON.parse(text);
    return object.files?.[0] ?? (object.sha256 ? object : undefined);
  } catch {
    return undefined;
  }
}

function any(signals) {
  if (AbortSignal.any) return AbortSignal.any(signals);
  const controller = new AbortController();
  signals.forEach((signal) => signal.addEventListener("abort", () => controller.abort(signal.reason)));
  return controller.signal;
}
