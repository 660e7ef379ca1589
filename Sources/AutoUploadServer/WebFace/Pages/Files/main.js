// The page: what people do on it, and what it does by itself.

import { DirectUpload } from "./direct.js";
import * as memory from "./memory.js";
import { ofDrop, ofList } from "./picking.js";
import { Queue } from "./queue.js";
import { Server } from "./server.js";
import { Upload } from "./upload.js";
import * as view from "./view.js";
import { count } from "./words.js";

// Browsers make digests for pages that came by HTTPS only, or from the same machine. Else the form is left as it is: it works by itself.
if (!crypto.subtle) throw new Error("this page needs HTTPS for more than its form");

const get = (id) => document.getElementById(id);
const form = get("login");
const queue = new Queue(lostLogin);
/** Nobody logs in: the page's address lets in. */
const isByLink = document.body.classList.contains("by-link");

document.documentElement.classList.add("js");
form.file.required = false;
get("host").textContent = `to ${location.host}`;

// MARK: who is there

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  get("login-trouble").textContent = "";
  try {
    const server = new Server(form.username.value, form.password.value, form.otp.value);
    await server.logIn();
    logIn(server);
  } catch (error) {
    get("login-trouble").textContent = loginTrouble(error);
    form.password.select();
  }
  button.disabled = false;
});

// Where the server takes files of those who have no account, it says so in the page.
get("anonymous").addEventListener("click", () => logIn(new Server()));

function loginTrouble(error) {
  if (error.isLogin) return "User, password or one-time code are wrong.";
  return error.status ? `The server says: ${error.message}` : "The server can’t be reached. Is there a network?";
}

function logIn(server) {
  queue.server = server;
  form.reset();
  form.hidden = true;
  get("who").hidden = false;
  get("login-trouble").textContent = "";
  get("user").textContent = server.user || "Without an account";
  get("leave").textContent = server.user ? "Log out" : "Log in";
  if (isByLink) return queue.fill();
  say(server.user ? `Logged in as ${server.user}` : "You send without an account");
  // Who has logged in most likely wants to choose.
  document.querySelector("[data-picks=files]").focus();
  queue.uploads.forEach(refresh);
  queue.fill();
}

function logOut() {
  queue.server = undefined;
  form.hidden = false;
  get("who").hidden = true;
  queue.uploads.forEach(refresh);
  form.username?.focus();
}

get("leave").addEventListener("click", () => {
  queue.uploads.filter((upload) => upload.isActive).forEach((upload) => upload.pause());
  logOut();
});

function lostLogin({ user }) {
  logOut();
  get("login-trouble").textContent = isByLink
    ? form.token ? "Your session is over: log in again, and load this page anew." : "The server takes nothing by this address any more, or wants its password again: load this page anew."
    : user
    ? "The server doesn’t take your password any more. Log in again to go on."
    : "The server takes nothing without an account any more. Log in to go on.";
}

// MARK: files

/** Whether who has an account sends straight to a bucket: the server says so in the page. */
const isDirect = () => document.body.classList.contains("direct") && (!queue.server || !!queue.server.user);

function add(found) {
  // Also what looks the same as another: the server knows best whether it is.
  const Kind = isDirect() ? DirectUpload : Upload;
  const uploads = found.map(({ file, path }) => new Kind(file, path, refresh));
  view.addRows(uploads, act);
  uploads.forEach(refresh);
  queue.add(uploads);
  if (uploads.length) say(`${count(uploads.length, "file")} added`);
  if (!queue.server && uploads.length) form.username.focus();
}

for (const button of document.querySelectorAll("[data-picks]")) {
  const input = get(`pick-${button.dataset.picks}`);
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    add(ofList(input.files));
    input.value = ""; // The same may be chosen again.
  });
}
if (!("webkitdirectory" in HTMLInputElement.prototype)) document.querySelector("[data-picks=folder]").hidden = true;

let depth = 0;
const drop = get("drop");
addEventListener("dragenter", (event) => {
  event.preventDefault();
  depth++;
  drop.classList.add("over");
});
addEventListener("dragleave", () => --depth || drop.classList.remove("over"));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
  event.preventDefault();
  depth = 0;
  drop.classList.remove("over");
  const unreadable = await ofDrop(event.dataTransfer, add);
  if (unreadable.length) say(`Couldn’t read ${unreadable.join(", ")}`);
});
addEventListener("paste", (event) => {
  if (event.clipboardData?.files.length) add(ofList(event.clipboardData.files));
});

// MARK: buttons

function remove(uploads) {
  queue.remove(uploads);
  uploads.forEach(view.removeRow);
}

function act(name, upload) {
  switch (name) {
    case "pause": upload.pause(); break;
    case "resume": upload.resume(); break;
    case "retry": upload.state === "retrying" ? queue.wake() : upload.resume(); break;
    case "cancel":
      upload.cancel(queue.server);
      remove([upload]);
  }
  queue.fill();
}

const forAll = (id, name, chooses) => get(id).addEventListener("click", () => {
  queue.uploads.filter(chooses).forEach((upload) => act(name, upload));
});
// What waits comes first: else it would take the place of what was just paused.
get("pause-all").addEventListener("click", () => {
  const open = queue.uploads.filter((upload) => upload.file && !upload.isOver);
  open.sort((a, b) => a.isActive - b.isActive).forEach((upload) => upload.pause());
});
forAll("resume-all", "resume", (upload) => upload.state === "paused");
forAll("retry-all", "retry", (upload) => upload.state === "failed");
get("cancel-all").addEventListener("click", () => {
  const open = queue.uploads.filter((upload) => upload.file && upload.state !== "stored");
  open.sort((a, b) => a.isActive - b.isActive).forEach((upload) => upload.cancel(queue.server));
  remove(open);
});
get("clear").addEventListener("click", () => {
  remove(queue.uploads.filter((upload) => upload.state === "stored"));
});
get("save-list").addEventListener("click", () => {
  const lines = queue.uploads.filter((upload) => /^[0-9a-f]{64}$/.test(upload.stored?.sha256)).map(({ stored, path }) => `${stored.sha256}  ${stored.name ?? path}\n`);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines, { type: "text/plain" }));
  link.download = "SHA256SUMS";
  link.click();
});

// MARK: what is seen and heard

function refresh(upload) {
  upload.hasServer = !!queue.server;
  view.show(upload);
  if (upload.isOver && !upload.isTold) {
    upload.isTold = true;
    if (upload.state === "failed") say(`${upload.path} failed: ${upload.text}`);
    forgetMissing(upload);
  }
  if (upload.state === "waiting") upload.isTold = false;
  if (upload.fingerprint && upload.state !== "missing") forgetMissing(upload);
}

/** What was begun before, and is chosen again, has a row of its own now. */
function forgetMissing({ fingerprint }) {
  const before = queue.uploads.find((upload) => upload.state === "missing" && upload.fingerprint === fingerprint);
  if (before) remove([before]);
}

/** Tells who can't see. */
function say(text) {
  get("news").textContent = text;
}

let wasAll = false;
setInterval(() => {
  const all = queue.totals();
  view.showTotals(all, !!queue.server);
  queue.uploads.filter((upload) => upload.isHeld).forEach(view.show);
  const isAll = all.files > 0 && all.stored === all.files;
  if (isAll && !wasAll) say(`All is stored: ${count(all.files, "file")}`);
  wasAll = isAll;
  stayAwake(all.active > 0);
}, 250);

// MARK: the world outside

addEventListener("online", () => queue.wake());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") queue.wake();
});
addEventListener("beforeunload", (event) => {
  if (queue.uploads.some((upload) => upload.isActive)) event.preventDefault();
});

/** A phone that falls asleep sends nothing. */
let lock;
async function stayAwake(isWanted) {
  if (isWanted && !lock && document.visibilityState === "visible" && navigator.wakeLock) {
    lock = navigator.wakeLock.request("screen").catch(() => undefined);
    (await lock)?.addEventListener("release", () => (lock = undefined));
  } else if (!isWanted && lock) {
    (await lock)?.release();
    lock = undefined;
  }
}

const missing = memory.all().map((fingerprint) => ({ ...memory.recall(fingerprint), fingerprint, state: "missing", onTheWay: 0 }));
const begun = missing.filter(({ path, size }) => path && size > 0);
begun.forEach((upload) => (upload.cancel = () => memory.forget(upload.fingerprint)));
queue.uploads.push(...begun);
view.addRows(begun, act);
if (isByLink) logIn(new Server("", "", "", form.token?.value));
