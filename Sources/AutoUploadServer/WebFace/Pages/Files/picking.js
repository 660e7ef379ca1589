// Files out of what was dropped, chosen or pasted: each with its path, folders included.

/** @returns {{file: File, path: string}[]} */
export function ofList(files) {
  return Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/**
 * What was dropped, down to the last file of its folders. The entries are taken at once: the drop is over when its event is.
 * @param {DataTransfer} transfer
 * @param {(found: {file: File, path: string}[]) => void} add is given files as they are found
 * @returns {Promise<string[]>} what couldn't be read
 */
export async function ofDrop(transfer, add) {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) {
    add(ofList(transfer.files));
    return [];
  }
  const unreadable = [];
  for (const entry of entries) await walk(entry, add, unreadable);
  return unreadable;
}

async function walk(entry, add, unreadable) {
  try {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      add([{ file, path: entry.fullPath.replace(/^\//, "") }]);
      return;
    }
    const inner = await entriesOf(entry);
    inner.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    for (const one of inner) await walk(one, add, unreadable);
  } catch {
    unreadable.push(entry.name);
  }
}

/** Browsers give a hundred at a time, and none at the end. */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return all;
    all.push(...some);
  }
}
