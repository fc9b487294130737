import type { Entry } from './entry.cjs'

/** A vault's own name for a state of an entry: a counter, an ETag. */
export type Version = string | number

/** An entry as a vault holds it. */
export interface Stored {
  /** What is known of the number. */
  readonly entry: Entry
  /** Which state of it this is. Never given twice for one number. */
  readonly version: Version
}

/** Where entries are kept: any object with these two, which may be async. */
export interface Vault {
  /** A number's entry and its version; nothing if there is none. */
  load(phoneNumberId: string): Promise<Stored | undefined | null> | Stored | undefined | null
  /**
   * Writes the entry if its version is still the expected one (`undefined`: if there is no entry), and gives the new version. The entry has
   * to be durable then. Throws `new VaultError('conflict')` if the version is another.
   */
  save(phoneNumberId: string, entry: Entry, expected: Version | undefined): Promise<Version> | Version
}
