// What a vault of the user's is asked, by a rotation or by a check, and what it gave, or threw.

import { isError } from './crossing.cjs'
import { entryOf, nativeEntry } from './entry.cjs'
import type { Hears, NativeLoad, NativeSave } from './native.cjs'
import { show } from './show.cjs'
import type { Vault, Version } from './vault.cjs'
import { VaultError } from './vault_error.cjs'

/** What a vault threw. */
export interface Thrown {
  readonly thrown: unknown
  /** May it be shown? Else a PIN may be in it. */
  readonly isSafe: boolean
}

/** A vault of the user's. */
export class AskedVault {
  readonly #vault: Vault
  /** As the vault gave them. */
  readonly #versions = new Map<string, Version>()

  constructor(vault: Vault) {
    this.#vault = vault
  }

  /** Asks it, tells what came of it, and gives what was thrown. */
  async ask(phoneNumberId: string, wish: NativeLoad | NativeSave, hears: Hears): Promise<Thrown | undefined> {
    try {
      if (wish.kind === 'load') {
        const stored = await this.#vault.load(phoneNumberId)
        if (stored === undefined || stored === null) hears.loadedNothing()
        else hears.loaded(nativeEntry(stored.entry), this.#known(stored.version))
      } else {
        const expected = wish.expected === undefined ? undefined : this.#versions.get(wish.expected)
        hears.saved(this.#known(await this.#vault.save(phoneNumberId, entryOf(wish.entry), expected)))
      }
      return undefined
    } catch (thrown) {
      return failed(thrown, hears)
    }
  }

  #known(version: Version): string {
    if (typeof version !== 'string' && !Number.isFinite(version)) throw new TypeError("a vault's version must be a string or a number")
    this.#versions.set(String(version), version)
    return String(version)
  }
}

function failed(thrown: unknown, hears: Hears): Thrown {
  const shown = show(thrown)
  const isSafe = shown !== undefined && !hears.repeatsASecret(shown)
  const own = thrown instanceof VaultError ? thrown : undefined
  const name = isSafe && isError(thrown) ? `: ${thrown.name}` : ''
  const said = isSafe && typeof own?.message === 'string' ? own.message : ''
  // Whatever stands there: a program without types may have put it there.
  const kind = typeof own?.kind === 'string' ? own.kind : 'unreachable'
  hears.failed(kind, said || `The vault failed${own ? '' : name}.`)
  return { thrown, isSafe }
}
