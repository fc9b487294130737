/** As many calls at once as there are turns; more wait for theirs, the first one first. */
export class Turns {
  #free: number
  readonly #waiting = new Set<() => void>()

  constructor(turns: number) {
    this.#free = turns
  }

  /** Calls `begin` when it has a turn, which may be at once. Call what it gives once, to give the turn back or to wait no longer. */
  take(begin: () => void): () => void {
    let leave = (): void => void this.#waiting.delete(start)
    const start = () => {
      leave = () => this.#pass()
      begin()
    }
    if (this.#free === 0) {
      this.#waiting.add(start)
    } else {
      this.#free--
      start()
    }
    return () => leave()
  }

  #pass(): void {
    for (const start of this.#waiting) {
      this.#waiting.delete(start)
      return start()
    }
    this.#free++
  }
}
