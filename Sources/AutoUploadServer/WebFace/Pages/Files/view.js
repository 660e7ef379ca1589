// What is seen of the files: one row each, and all together.

import { count, size, time } from "./words.js";

const template = document.getElementById("row");
const list = document.getElementById("files");
const rows = new Map();
const changed = new Set();

/** @param {(act: string, upload: Upload) => void} acted is told which button was pressed */
export function addRows(uploads, acted) {
  const some = document.createDocumentFragment();
  for (const upload of uploads) {
    const row = template.content.firstElementChild.cloneNode(true);
    const name = upload.path.split("/").pop();
    row.querySelector(".folder").textContent = upload.path.slice(0, -name.length);
    row.querySelector(".file").textContent = name;
    row.querySelector(".size").textContent = size(upload.size);
    for (const button of row.querySelectorAll("button")) {
      button.setAttribute("aria-label", `${button.title} ${upload.path}`);
      button.addEventListener("click", () => acted(button.className, upload));
    }
    rows.set(upload, row);
    some.append(row);
    show(upload);
  }
  list.append(some);
}

export function removeRow(upload) {
  const row = rows.get(upload);
  if (row?.contains(document.activeElement)) handOnFocus(row.nextElementSibling ?? row.previousElementSibling);
  row?.remove();
  rows.delete(upload);
}

/** Shows it anew with the next frame. */
export function show(upload) {
  if (!changed.size) requestAnimationFrame(draw);
  changed.add(upload);
}

function draw() {
  for (const upload of changed) if (rows.has(upload)) drawRow(upload, rows.get(upload));
  changed.clear();
}

const buttonsOf = {
  waiting: ["pause", "cancel"], sending: ["pause", "cancel"], retrying: ["retry", "pause", "cancel"],
  paused: ["resume", "cancel"], failed: ["retry", "cancel"], missing: ["cancel"], stored: [],
};

function drawRow(upload, row) {
  const state = upload.state;
  row.dataset.state = state;
  row.classList.toggle("held", !!upload.isHeld);
  drawBar(row, upload.offset, upload.onTheWay, upload.size);
  setText(row.querySelector(".state"), stateText(upload));
  const focused = focusIn(row);
  for (const button of row.querySelectorAll("button")) button.hidden = !buttonsOf[state].includes(button.className);
  if (upload.stored && !row.querySelector(".proof code").textContent) {
    drawProof(upload, row);
    // What is still to be done stays on top.
    if (!focused) list.append(row);
  }
  if (focused?.hidden) handOnFocus(row);
}

const focusIn = (place) => (place.contains(document.activeElement) ? document.activeElement : undefined);

/** Whose button goes, having been pressed by keyboard, goes on where they were. */
function handOnFocus(place) {
  const next = place?.querySelector("button:not([hidden]), .proof a[href]:not([hidden])");
  (next ?? document.querySelector("[data-picks=files]")).focus();
}

function stateText(upload) {
  const { state, offset, onTheWay, stored } = upload;
  const durable = `${size(offset)} of ${size(upload.size)} safe`;
  if (upload.isHeld) return `${durable}. ${size(onTheWay)} more have left, but the server hasn’t confirmed them: a proxy may be holding them back.`;
  switch (state) {
    case "waiting": return upload.hasServer ? "Waiting for its turn" : "Waiting for you to log in";
    case "sending": if (offset && offset === upload.size) return "All is there; comparing it with the file";
      return onTheWay ? `${durable}, ${size(onTheWay)} on the way` : durable;
    case "paused": return `Paused. ${durable}`;
    case "missing": return `Not finished: ${durable}. Choose the file again to go on.`;
    case "stored": return storedText(upload, stored);
    default: return upload.text;
  }
}

function storedText(upload, stored) {
  const was = stored.wasThere ? "Was stored before" : "Stored";
  return `${was}${stored.name && stored.name !== upload.path ? ` as ${stored.name}` : ""}, ${count(stored.size, "byte")}`;
}

function drawProof(upload, row) {
  const { sha256, receipt, name } = upload.stored;
  row.querySelector(".proof code").textContent = sha256;
  const link = row.querySelector(".proof a");
  link.hidden = !receipt;
  if (!receipt) return;
  link.href = URL.createObjectURL(new Blob([receipt], { type: "text/plain" }));
  link.download = `${(name ?? upload.path).split("/").pop()}.receipt`;
  link.setAttribute("aria-label", `Receipt of ${upload.path}`);
}

function drawBar(element, durable, onTheWay, all) {
  const [way, done] = element.querySelector(".bar").children;
  const share = (bytes) => `${all ? Math.min(100, (bytes / all) * 100) : 0}%`;
  way.style.width = share(durable + onTheWay);
  done.style.width = share(durable);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const get = (id) => document.getElementById(id);

/** Shows all together. */
export function showTotals(all, hasServer) {
  const focused = focusIn(get("all"));
  drawTotals(all, hasServer);
  if (get("all").hidden && focused) handOnFocus();
  else if (focused?.hidden) handOnFocus(get("all"));
}

function drawTotals(all, hasServer) {
  get("all").hidden = !all.files;
  document.body.classList.toggle("busy", all.files > 0);
  if (!all.files) return;
  setText(get("all-count"), `${all.stored.toLocaleString("en")} of ${count(all.files, "file")} stored`);
  drawBar(get("all"), all.durable, all.onTheWay, all.size || 1);
  get("all").querySelector(".bar").ariaValueNow = String(Math.floor((all.durable / (all.size || 1)) * 100));
  const isMoving = all.active && all.rate > 0;
  setText(get("all-rate"), isMoving ? `${size(all.rate)}/s, ${time(all.secondsLeft)} left` : "");
  setText(get("all-state"), totalText(all, hasServer));
  get("pause-all").hidden = !(all.active + all.waiting);
  get("resume-all").hidden = !all.paused;
  get("retry-all").hidden = !all.failed;
  get("cancel-all").hidden = all.stored === all.files;
  get("clear").hidden = get("save-list").hidden = !all.stored;
  document.title = all.stored === all.files ? "Stored – Send files" : `${Math.floor((all.durable / (all.size || 1)) * 100)} % – Send files`;
}

function totalText(all, hasServer) {
  if (all.stored === all.files) return `All is stored: ${size(all.size)}. You can close this page.`;
  if (!hasServer && all.waiting) return "Log in, and they are sent.";
  const parts = [`${size(all.durable)} of ${size(all.size)} safe on the server`];
  if (all.failed) parts.push(`${all.failed} failed`);
  if (all.paused) parts.push(`${all.paused} paused`);
  if (all.held) parts.push(`${size(all.held)} have left, but aren’t confirmed: a proxy may be holding them back`);
  return `${parts.join(", ")}.`;
}
