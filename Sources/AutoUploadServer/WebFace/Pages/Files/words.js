// Numbers as people read them.

const units = ["bytes", "kB", "MB", "GB", "TB"];

export function size(bytes) {
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit && bytes < 99.5 ? bytes.toPrecision(bytes < 9.95 ? 2 : 3) : Math.round(bytes)} ${units[unit]}`;
}

export function time(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600 + 1 / 120);
  return hours < 48 ? `${hours} h ${Math.max(0, Math.round(seconds / 60 - hours * 60))} min` : `${Math.round(hours / 24)} days`;
}

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
