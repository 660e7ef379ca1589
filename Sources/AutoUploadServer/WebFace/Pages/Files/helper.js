// A worker that is asked and answers, while the page stays quick.

export class Helper {
  #file;
  #worker;
  #last = 0;
  #waiting = new Map();

  /** @param {string} file what the worker runs: it is given {id, question}, and says {id, answer} or {id, trouble} */
  constructor(file) {
    this.#file = file;
  }

  /** @returns {Promise<any>} */
  ask(question) {
    if (!this.#worker) this.#start();
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, question });
    });
  }

  #start() {
    this.#worker = new Worker(new URL(this.#file, import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data: { id, answer, trouble } }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (trouble === undefined) resolve(answer);
      else reject(new Error(trouble));
    };
    this.#worker.onerror = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("the browser runs no worker"));
      this.#waiting.clear();
      this.#worker = undefined;
    };
  }
}
