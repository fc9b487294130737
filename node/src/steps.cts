import { isError } from './crossing.cjs'
import { entryOf, nativeEntry } from './entry.cjs'
import { type CallSite, toError, toVaultError } from './failure.cjs'
import type { NativeRotation, NativeRotationStep } from './native.cjs'
import { show } from './show.cjs'
import type { Vault, Version } from './vault.cjs'
import { VaultError } from './vault_error.cjs'

/** A step other than a bad end. */
type Step = Exclude<NativeRotationStep, { kind: 'failed' }>
type Ask = Extract<Step, { kind: 'load' | 'save' }>

/** What an error comes from, if that may be shown. */
export type Cause = { readonly cause: unknown } | undefined

/** One run of a rotation over a vault of the user's. */
export class Steps {
  readonly #native: NativeRotation
  readonly #vault: Vault
  readonly #id: string
  /** As the vault gave them. */
  readonly #versions = new Map<string, Version>()
  #cause: Cause

  constructor(native: NativeRotation, vault: Vault, phoneNumberId: string) {
    this.#native = native
    this.#vault = vault
    this.#id = phoneNumberId
  }

  /** What to do next, or the end; throws at a bad one. */
  next(site: CallSite): Step {
    const step = this.#native.next()
    if (step.kind !== 'failed') return step
    throw step.failure ? toError(step.failure, site, this.#cause) : toVaultError(step.vaultFailure!, site, this.#cause)
  }

  /** What a transport threw, if that may be shown. What the call came to, the rotation knows already. */
  called(cause: Cause): void {
    this.#cause = cause
  }

  /** Asks the vault, and tells the rotation what came of it. */
  async ask(step: Ask): Promise<void> {
    try {
      if (step.kind === 'load') {
        const stored = await this.#vault.load(this.#id)
        if (stored === undefined || stored === null) this.#native.loadedNothing()
        else this.#native.loaded(nativeEntry(stored.entry), this.#known(stored.version))
      } else {
        const expected = step.expected === undefined ? undefined : this.#versions.get(step.expected)
        this.#native.saved(this.#known(await this.#vault.save(this.#id, entryOf(step.entry), expected)))
      }
    } catch (thrown) {
      this.#failed(thrown)
    }
  }

  #known(version: Version): string {
    if (typeof version !== 'string' && !Number.isFinite(version)) throw new TypeError("a vault's version must be a string or a number")
    this.#versions.set(String(version), version)
    return String(version)
  }

  #failed(thrown: unknown): void {
    const shown = show(thrown)
    const isSafe = shown !== undefined && !this.#native.repeatsASecret(shown)
    const own = thrown instanceof VaultError ? thrown : undefined
    // Of a VaultError, what it came from: it is told again, with what the vault holds.
    this.#cause = !isSafe ? undefined : own ? ('cause' in own ? { cause: own.cause } : undefined) : { cause: thrown }
    const name = isSafe && isError(thrown) ? `: ${thrown.name}` : ''
    const said = isSafe && typeof own?.message === 'string' ? own.message : ''
    // Whatever stands there: a program without types may have put it there.
    const kind = typeof own?.kind === 'string' ? own.kind : 'unreachable'
    this.#native.failed(kind, said || `The vault failed${own ? '' : name}.`)
  }
}
