import { AskedVault } from './asked.cjs'
import { type CallSite, toError, toVaultError } from './failure.cjs'
import type { NativeLoad, NativeRotation, NativeRotationStep, NativeSave } from './native.cjs'
import type { Vault } from './vault.cjs'
import { VaultError } from './vault_error.cjs'

/** A step other than a bad end. */
type Step = Exclude<NativeRotationStep, { kind: 'failed' }>

/** What an error comes from, if that may be shown. */
export type Cause = { readonly cause: unknown } | undefined

/** One run of a rotation over a vault of the user's. */
export class Steps {
  readonly #native: NativeRotation
  readonly #vault: AskedVault
  readonly #id: string
  #cause: Cause

  constructor(native: NativeRotation, vault: Vault, phoneNumberId: string) {
    this.#native = native
    this.#vault = new AskedVault(vault)
    this.#id = phoneNumberId
  }

  /** What a transport or the vault threw last, if that may be shown. */
  get cause(): Cause {
    return this.#cause
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
  async ask(step: NativeLoad | NativeSave): Promise<void> {
    const failure = await this.#vault.ask(this.#id, step, this.#native)
    if (!failure) return
    const { thrown, isSafe } = failure
    // Of a VaultError, what it came from: it is told again, with what the vault holds.
    if (isSafe && thrown instanceof VaultError) this.#cause = 'cause' in thrown ? { cause: thrown.cause } : undefined
    else this.#cause = isSafe ? { cause: thrown } : undefined
  }
}
