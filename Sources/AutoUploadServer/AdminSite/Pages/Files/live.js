// Goes on with the table of uploads under way, as the server tells of them each second.
const body = document.querySelector("#live tbody");
const state = document.getElementById("live-state");
const units = ["bytes", "kB", "MB", "GB", "TB"];

function size(bytes) {
  let unit = 0;
  for (; bytes >= 999.5 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${unit > 0 && bytes < 9.95 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

function cell(row, text, kind) {
  const cell = row.insertCell();
  cell.className = kind ?? "";
  const inner = kind ? cell : cell.appendChild(document.createElement("bdi"));
  inner.textContent = text;
}

function show(uploads) {
  const rows = uploads.map((upload) => {
    const row = document.createElement("tr");
    cell(row, upload.path);
    cell(row, upload.user);
    cell(row, upload.size === null ? size(upload.received) : `${size(upload.received)} of ${size(upload.size)}`, "number");
    cell(row, `${size(upload.rate)}/s`, "number");
    return row;
  });
  body.replaceChildren(...rows);
  const text = uploads.length === 0 ? "Nothing comes just now." : "Live.";
  if (state.textContent !== text) state.textContent = text;
}

const source = new EventSource("/admin/live/events");
source.onmessage = (event) => show(JSON.parse(event.data));
source.onerror = () => {
  state.textContent = "The connection is lost; it is tried again.";
  // Where the session has ended, the server doesn't answer with events any more: the login is asked for.
  if (source.readyState === EventSource.CLOSED) location.reload();
};
