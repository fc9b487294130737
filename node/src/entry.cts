import { callSite, toVaultError } from './failure.cjs'
import { native, type NativeEntry } from './native.cjs'
import { Secret } from './secret.cjs'

/** @internal */
export let nativeEntry: (entry: unknown) => NativeEntry
/** @internal */
export let entryOf: (native: NativeEntry) => Entry

/**
 * What a vault keeps of one number: which PIN holds, or which two may. Nothing prints its PINs; `serialize()` has them in its text.
 *
 * ```ts
 * import { Entry } from 'whatsapp-two-step'
 *
 * const entry = Entry.parse('{"form":1,"current":"735194"}')
 * console.log(JSON.stringify(entry)) // {"isSettled":true}
 * ```
 */
export class Entry {
  readonly #native: NativeEntry

  private constructor(native: NativeEntry) {
    this.#native = native
  }

  static {
    entryOf = (native) => new Entry(native)
    nativeEntry = (entry) => {
      if (typeof entry === 'object' && entry !== null && #native in entry) return entry.#native
      throw new TypeError("a vault's entry must be an Entry; Entry.parse makes one of its text")
    }
  }

  /**
   * Reads what `serialize` wrote.
   *
   * @throws VaultError of kind `unreadable` at anything else; nothing of the text is in it.
   */
  static parse(text: string): Entry {
    const read = native.parseEntry(text)
    if ('kind' in read) throw toVaultError(read, callSite(Entry.parse))
    return new Entry(read)
  }

  /** One line of JSON **with the PINs in it**, for a vault of your own: seal it, or keep it where secrets are kept. */
  serialize(): string {
    return this.#native.serialize()
  }

  /** Is it known which PIN holds? */
  get isSettled(): boolean {
    return this.#native.isSettled
  }

  /** When the server confirmed the current PIN. */
  get rotatedAt(): Date | undefined {
    return date(this.#native.rotatedAtMs)
  }

  /** Until then a request with an earlier PIN may still arrive. */
  get quietUntil(): Date | undefined {
    return date(this.#native.quietUntilMs)
  }

  /** The PINs of which one holds, a pending one first. */
  mayHold(): Secret[] {
    return Array.from(this.#native.mayHold(), (pin) => new Secret(pin))
  }

  /** What may be seen of it: no PIN. */
  toJSON(): { readonly isSettled: boolean; readonly rotatedAt?: Date; readonly quietUntil?: Date } {
    const { isSettled, rotatedAt, quietUntil } = this
    return { isSettled, ...(rotatedAt && { rotatedAt }), ...(quietUntil && { quietUntil }) }
  }

  /** What `console.log` shows: no PIN. `this` may be a stand-in. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return #native in this ? `Entry ${JSON.stringify(this)}` : 'Entry {}'
  }
}

function date(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms)
}
