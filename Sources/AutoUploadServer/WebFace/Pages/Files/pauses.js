// Pauses between two tries, which end at once when there is news of the network.

const wakers = new Set();
export const wake = () => [...wakers].forEach((waker) => waker());

const longest = 30;

/** Seconds to wait: longer with each failure, and not all at the same moment. */
export const secondsAfter = (failures, atLeast = 0) => Math.max(Math.min(longest, 2 ** failures), atLeast) * (1 + Math.random() / 4);

/**
 * Waits for so many seconds, or until it is woken or aborted.
 * @param {(secondsLeft: number) => void} tell is told each second
 */
export function pause(seconds, signal, tell) {
  const end = Date.now() + seconds * 1000;
  return new Promise((resolve) => {
    const look = () => {
      const left = (end - Date.now()) / 1000;
      if (left > 0) tell(left);
      else go();
    };
    const timer = setInterval(look, 1000);
    const go = () => {
      clearInterval(timer);
      wakers.delete(go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    wakers.add(go);
    signal.addEventListener("abort", go);
    look();
  });
}
