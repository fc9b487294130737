import type { FleetAccount } from './accounts.cjs'
import { type Client, insideOf, signalOf } from './client.cjs'
import { callSite, type CallSite, done } from './failure.cjs'
import { native } from './native.cjs'
import { RotateAll, type RotateAllOptions } from './rotate_all.cjs'
import { drive, type Rotation } from './rotation.cjs'
import { checkReach } from './run.cjs'
import type { Secret } from './secret.cjs'
import { Steps } from './steps.cjs'
import type { Vault } from './vault.cjs'

/** The settings of a {@link Rotator}. */
export interface RotatorOptions {
  /**
   * So long after a call's timeout its request may still arrive at the server, so that no other PIN is sent. The clocks of the machines that work
   * on the same numbers must differ by less. Default 60,000, at least 1,000.
   */
  quietMarginMs?: number | undefined
}

/** The settings of one rotation. Its limits are those of the client. */
export interface RotateOptions {
  /** Stops it; it rejects with the signal's `reason`. The vault has what it has then, and the next run goes on from there. */
  signal?: AbortSignal | null | undefined
}

/**
 * Gives numbers a new PIN each, over a client and a vault, and loses none.
 *
 * Before a request leaves, the vault has its PIN. So whatever happens, a crash, a lost answer, two programs at once, the PIN that the
 * server holds is in the vault; run it again, and it is settled. `docs/rotation.md` in the repository has the rules and their proof.
 *
 * ```ts
 * import { Client, MemoryVault, Rotator } from 'whatsapp-two-step'
 * import { startSandbox } from 'whatsapp-two-step/testing'
 *
 * const sandbox = await startSandbox()
 * const client = new Client({ accessToken: 'EAAG_example', baseUrl: sandbox.baseUrl })
 * const rotator = new Rotator(client, new MemoryVault()) // a real vault outlives the program
 * const { resumed } = await rotator.rotate('106540352242922')
 * const [pin] = await rotator.mayHold('106540352242922')
 * console.log(resumed, pin?.expose() === sandbox.pin('106540352242922')) // false true
 * sandbox.close()
 * ```
 */
export class Rotator {
  readonly #client: Client
  readonly #vault: Vault
  readonly #quietMarginMs: number

  /**
   * No I/O.
   *
   * @param client Its `timeoutMs` is a call's, and counts from before the vault's save.
   * @param vault One that ships, such as `SqliteVault`, or any object with `load` and `save`.
   * @throws InvalidConfigurationError if an option is unusable.
   */
  constructor(client: Client, vault: Vault, options?: RotatorOptions) {
    const site = callSite(new.target)
    insideOf(client, site)
    this.#client = client
    this.#vault = vault
    this.#quietMarginMs = done(native.quietMarginMs(options), site)
  }

  /**
   * A new PIN for the number; or the one that an earlier run has left pending.
   *
   * @throws TwoStepError of the call, or VaultError of the vault, each with `vaultState`; `busy` if an earlier request may still be under way.
   */
  async rotate(phoneNumberId: string, options?: RotateOptions): Promise<Rotation> {
    return (await this.#run(phoneNumberId, options, true, callSite(this.rotate))) as Rotation
  }

  /**
   * Sends a pending PIN again, and draws none. Nothing if none is pending.
   *
   * @throws TwoStepError of the call, or VaultError of the vault, each with `vaultState`.
   */
  async settle(phoneNumberId: string, options?: RotateOptions): Promise<Rotation | undefined> {
    return this.#run(phoneNumberId, options, false, callSite(this.settle))
  }

  /**
   * Many numbers, at the pace that the server's limits allow: an async iterable of what each came to, as they end.
   *
   * One that fails stops no other: its end has the `error`. What stops all is in `progress().stopped`. Where an earlier run has left a PIN
   * pending, that one is sent.
   *
   * ```ts
   * import { Client, MemoryVault, Rotator } from 'whatsapp-two-step'
   * import { startSandbox } from 'whatsapp-two-step/testing'
   *
   * const sandbox = await startSandbox()
   * const client = new Client({ accessToken: 'EAAG_example', baseUrl: sandbox.baseUrl })
   * const ends = new Rotator(client, new MemoryVault()).rotateAll(['106540352242922', '106540352242923'])
   * for await (const { phoneNumberId, error } of ends) {
   *   if (error) console.error(phoneNumberId, error)
   * }
   * console.log(ends.progress().rotated) // 2
   * sandbox.close()
   * ```
   *
   * @param numbers Phone number IDs; or a {@link FleetAccount} for each business account, so that one waits for its limit while others go on, and
   * with a token of its own if it has one. All are checked at once.
   * @throws TwoStepError for what can't be used; the loop throws none, but the `reason` of an aborted signal.
   */
  rotateAll(numbers: Iterable<string> | Iterable<FleetAccount>, options?: RotateAllOptions): RotateAll {
    const site = callSite(this.rotateAll)
    const client = insideOf(this.#client, site)
    const signal = signalOf(options, site)
    checkReach(client.native, site)
    return new RotateAll(client, this.#vault, this.#quietMarginMs, numbers, options, site, signal)
  }

  /** The PINs of which one holds, a pending one first; none if the vault knows nothing of the number. */
  async mayHold(phoneNumberId: string): Promise<Secret[]> {
    return (await this.#vault.load(phoneNumberId))?.entry.mayHold() ?? []
  }

  async #run(phoneNumberId: string, options: RotateOptions | undefined, draws: boolean, site: CallSite): Promise<Rotation | undefined> {
    const client = insideOf(this.#client, site)
    const signal = signalOf(options, site)
    checkReach(client.native, site)
    const rotation = done(client.native.beginRotation(phoneNumberId, this.#quietMarginMs, options, draws), site)
    const steps = new Steps(rotation, this.#vault, phoneNumberId)
    return drive(client, steps, site, signal)
  }
}
