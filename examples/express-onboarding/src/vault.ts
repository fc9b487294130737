import { randomInt } from 'node:crypto'

/**
 * Where PINs are kept. As long as a number has a candidate, either PIN may hold, also when the process died in the middle of a
 * call: so a candidate is never dropped or replaced, and the next call sends the same one until an answer settles it.
 */
export interface Vault {
  /** The candidate that is still open, else a new one, which is written down before it is returned. */
  candidate(phoneNumberId: string): Promise<string>
  /** The server holds this PIN: it is the current one now. */
  confirm(phoneNumberId: string, pin: string): Promise<void>
}

/** For the example and its test. */
export class MemoryVault implements Vault {
  readonly current = new Map<string, string>()
  readonly candidates = new Map<string, string>()

  async candidate(phoneNumberId: string): Promise<string> {
    const pin = this.candidates.get(phoneNumberId) ?? String(randomInt(1_000_000)).padStart(6, '0')
    this.candidates.set(phoneNumberId, pin)
    return pin
  }

  async confirm(phoneNumberId: string, pin: string): Promise<void> {
    this.current.set(phoneNumberId, pin)
    if (this.candidates.get(phoneNumberId) === pin) this.candidates.delete(phoneNumberId)
  }
}
