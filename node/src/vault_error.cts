import type { VaultState } from './vault_state.cjs'

/**
 * Why a vault could not do it.
 *
 * - `conflict`: somebody else has saved the entry since it was read.
 * - `unreachable`: it can't be read or written now.
 * - `unreadable`: a wrong key, or a damaged entry.
 * - `busy`: a request with an earlier PIN may still be under way; `retryAfterMs` says how long.
 */
export type VaultErrorKind = 'conflict' | 'unreachable' | 'unreadable' | 'busy'

/** What else a {@link VaultError} says. */
export interface VaultErrorOptions {
  /** How long to wait, of a `busy` one. */
  readonly retryAfterMs?: number | undefined
  /** After a rotation: what the vault holds of the number. */
  readonly vaultState?: VaultState | undefined
  /** What it comes from. */
  readonly cause?: unknown
}

/**
 * A vault could not do it, or what it holds of the number forbids it.
 *
 * A vault of your own throws it too: `conflict` where somebody else has saved. Whatever else its `load` or `save` throws becomes one of
 * kind `unreachable`, with that as its `cause`, unless a PIN shows in it.
 *
 * ```ts
 * import { VaultError } from 'whatsapp-two-step'
 *
 * const error = new VaultError('conflict', 'Somebody else has saved it.')
 * console.log(error.kind) // conflict
 * ```
 */
export class VaultError extends Error {
  /** What happened. */
  readonly kind: VaultErrorKind
  /** How long to wait, of a `busy` one. */
  declare readonly retryAfterMs?: number
  /** What the vault holds of the number now; absent where it was no rotation that failed. */
  declare readonly vaultState?: VaultState

  /** The message is one sentence without a PIN. */
  constructor(kind: VaultErrorKind, message = '', options: VaultErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.kind = kind
    const { retryAfterMs, vaultState } = options
    if (typeof retryAfterMs === 'number') Object.assign(this, { retryAfterMs })
    if (typeof vaultState === 'string') Object.assign(this, { vaultState })
  }

  /** The fields as plain data, for a log. */
  toJSON(): { readonly name: string; readonly message: string; readonly kind: VaultErrorKind; readonly retryAfterMs?: number; readonly vaultState?: VaultState } {
    const { name, message } = this
    return { name, message, ...(this as { kind: VaultErrorKind }) }
  }
}
Object.defineProperty(VaultError.prototype, 'name', { value: 'VaultError', configurable: true, writable: true })
