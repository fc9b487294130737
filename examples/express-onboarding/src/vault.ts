import { randomInt } from 'node:crypto'

const QUIET_MS = 20_000 + 60_000 // the client's timeout, and a minute more

/** No new PIN yet: an earlier request may still be on its way, and would undo it. */
export class TooSoonError extends Error {
  override readonly name = 'TooSoonError'

  constructor(readonly retryAfterMs: number) {
    super('An earlier request for this number may still be on its way.')
  }
}

/**
 * Where PINs are kept. As long as a number has a candidate, either PIN may hold, also when the process died in the middle of a
 * call: so a candidate is never dropped or replaced, and the next call sends the same one until a success settles it. A refusal
 * settles nothing: the call before it may have been applied.
 */
export interface Vault {
  /**
   * The candidate that is still open, else a new one, which is written down before it is returned. Rejects with a TooSoonError
   * where a new one has to wait. Each call begins that wait anew, also one that gives an open candidate.
   */
  candidate(phoneNumberId: string): Promise<string>
  /** The server holds this PIN: in one save, it becomes the current one, and no candidate is left. */
  confirm(phoneNumberId: string, pin: string): Promise<void>
}

/** For the example and its test. */
export class MemoryVault implements Vault {
  readonly current = new Map<string, string>()
  readonly candidates = new Map<string, string>()
  readonly quietUntil = new Map<string, number>()

  async candidate(phoneNumberId: string): Promise<string> {
    let pin = this.candidates.get(phoneNumberId)
    if (pin === undefined) {
      const waitMs = (this.quietUntil.get(phoneNumberId) ?? 0) - Date.now()
      if (waitMs > 0) throw new TooSoonError(waitMs)
      pin = String(randomInt(1_000_000)).padStart(6, '0')
      this.candidates.set(phoneNumberId, pin)
    }
    this.quietUntil.set(phoneNumberId, Date.now() + QUIET_MS)
    return pin
  }

  async confirm(phoneNumberId: string, pin: string): Promise<void> {
    if (this.candidates.get(phoneNumberId) !== pin) return // another call was first to confirm it
    this.current.set(phoneNumberId, pin)
    this.candidates.delete(phoneNumberId)
  }
}
