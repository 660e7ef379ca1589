// Unfinished uploads, kept by the browser, so that they are gone on with after the page was loaded anew. Of a user there is no
// secret in it: where an upload is says nothing to who can't log in. Without an account who knows the place can go on with this
// one upload, and that is all.

import { Server } from "./server.js";

/** Those of pages at other addresses of this server are their own. */
const prefix = `auto-upload${Server.root.pathname}`;

const quietly = (act) => {
  try {
    return act();
  } catch {
    return undefined; // Storage may be off, or full: then nothing is remembered.
  }
};

/** @param {{place: string, user: string, path: string, size: number, offset: number, pieces: Pieces}} upload */
export function remember(fingerprint, upload) {
  quietly(() => localStorage.setItem(prefix + fingerprint, JSON.stringify(upload)));
}

export function forget(fingerprint) {
  quietly(() => localStorage.removeItem(prefix + fingerprint));
}

export function recall(fingerprint) {
  return quietly(() => JSON.parse(localStorage.getItem(prefix + fingerprint))) ?? undefined;
}

/** @returns {string[]} the fingerprints of all */
export function all() {
  return quietly(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)).filter((fingerprint) => !fingerprint.includes("/"))) ?? [];
}
