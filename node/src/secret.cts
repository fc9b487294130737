const HIDDEN = 'Secret(**********)'

/**
 * A text that isn't printed: not by `console.log`, a template, `JSON.stringify` or a message to a worker. `expose()` gives it.
 *
 * ```ts
 * import { Secret } from 'whatsapp-two-step'
 *
 * const secret = new Secret('735194')
 * console.log(`${secret}`, secret.expose().length) // Secret(**********) 6
 * ```
 */
export class Secret {
  readonly #text: string

  /** Hides it. */
  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. */
  expose(): string {
    return this.#text
  }

  /** Not the text. */
  toString(): string {
    return HIDDEN
  }

  /** Not the text. */
  toJSON(): string {
    return HIDDEN
  }

  /** What `console.log` shows: not the text. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return HIDDEN
  }
}
