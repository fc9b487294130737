import { type Entry, entryOf, nativeEntry } from './entry.cjs'
import { callSite, type CallSite, done, toVaultError } from './failure.cjs'
import { native, type NativeVault, type VaultAnswer } from './native.cjs'
import type { Vault } from './vault.cjs'
import { VaultError } from './vault_error.cjs'

/** What the vaults that ship can do. Each entry is sealed (XChaCha20-Poly1305), with the number's ID and the version bound in. */
export abstract class SealedVault implements Vault {
  readonly #native: NativeVault

  /** @internal */
  constructor(native: NativeVault) {
    this.#native = native
  }

  /** Makes what is missing, the file or the table. It may be there already. */
  async init(): Promise<void> {
    const site = callSite(this.init)
    answered(await this.#native.init(), site)
  }

  /** The phone number IDs of which it has an entry. */
  async ids(): Promise<string[]> {
    const site = callSite(this.ids)
    return Array.from(answered(await this.#native.ids(), site).ids ?? [])
  }

  /** A number's entry, and its version. */
  async load(phoneNumberId: string): Promise<{ readonly entry: Entry; readonly version: string } | undefined> {
    const site = callSite(this.load)
    const { entry, version } = answered(await done(this.#native.load(phoneNumberId), site), site)
    return entry && version !== undefined ? { entry: entryOf(entry), version } : undefined
  }

  /**
   * Writes it if the version is still the expected one, and gives the new version.
   *
   * @throws VaultError of kind `conflict` if it isn't.
   */
  async save(phoneNumberId: string, entry: Entry, expected: string | undefined): Promise<string> {
    const site = callSite(this.save)
    const saved = this.#native.save(phoneNumberId, nativeEntry(entry), expected ?? undefined)
    return answered(await done(saved, site), site).version ?? ''
  }
}

function answered(answer: VaultAnswer, site: CallSite): VaultAnswer {
  if (answer.failure) throw toVaultError(answer.failure, site)
  return answer
}

/**
 * A file, for one machine and many processes. `init` makes it, with mode 600.
 *
 * ```ts
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { generateVaultKey, SqliteVault } from 'whatsapp-two-step'
 *
 * const folder = mkdtempSync(join(tmpdir(), 'pins-'))
 * const vault = new SqliteVault(join(folder, 'pins.db'), generateVaultKey())
 * await vault.init()
 * console.log(await vault.load('106540352242922')) // undefined
 * ```
 */
export class SqliteVault extends SealedVault {
  /**
   * No I/O.
   *
   * @param path Of the file.
   * @param key From `generateVaultKey`; older keys may follow, after a space.
   * @throws InvalidConfigurationError if one is unusable.
   */
  constructor(path: string, key: string) {
    super(done(native.openNativeVault(true, path, key), callSite(new.target)))
  }
}

/** A database server, for many machines: a `postgres://` URL. Over TLS, unless it is this machine's own. */
export class PostgresVault extends SealedVault {
  /**
   * No I/O.
   *
   * @param url `postgres://user:password@host:port/database`.
   * @param key As for `SqliteVault`.
   * @throws InvalidConfigurationError if one is unusable.
   */
  constructor(url: string, key: string) {
    super(done(native.openNativeVault(false, url, key), callSite(new.target)))
  }
}

/** For tests: it forgets. */
export class MemoryVault implements Vault {
  readonly #entries = new Map<string, { readonly entry: Entry; readonly version: number }>()

  /** A number's entry, and its version. */
  load(phoneNumberId: string): { readonly entry: Entry; readonly version: number } | undefined {
    return this.#entries.get(phoneNumberId)
  }

  /**
   * Writes it if the version is still the expected one, and gives the new version.
   *
   * @throws VaultError of kind `conflict` if it isn't.
   */
  save(phoneNumberId: string, entry: Entry, expected: number | undefined): number {
    const held = this.#entries.get(phoneNumberId)?.version
    if (held !== expected) throw new VaultError('conflict', 'Somebody else has saved it.')
    const version = (held ?? 0) + 1
    this.#entries.set(phoneNumberId, { entry, version })
    return version
  }
}

/** Draws a key for `SqliteVault` or `PostgresVault`: 64 hexadecimal digits. Keep it in your secret manager, not beside the entries. */
export function generateVaultKey(): string {
  return done(native.generateVaultKey(), callSite(generateVaultKey))
}
