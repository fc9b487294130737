/// <reference lib="esnext.disposable" preserve="true" />
import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'

import { accountsOf, type FleetAccount } from './accounts.cjs'
import type { TwoStepError } from './errors.cjs'
import { type CallSite, done, toError, toVaultError } from './failure.cjs'
import type { FleetProgress } from './fleet.cjs'
import type { NativeFleet, NativeFleetEnd, NativeFleetStep, NativeTurn } from './native.cjs'
import { drive, type Rotation, toRotation } from './rotation.cjs'
import type { Inside } from './run.cjs'
import { listen, unlisten } from './signals.cjs'
import { type Cause, Steps } from './steps.cjs'
import type { Vault } from './vault.cjs'
import type { VaultError } from './vault_error.cjs'

// As they are when this is loaded: the fake ones of a test runner would let no time pass.
const { clearTimeout, setTimeout } = timers
const LONGEST_MS = 2 ** 31 - 1

/** The settings of many rotations. */
export interface RotateAllOptions {
  /**
   * Numbers that are settled since then are left alone. Default: now. Give all programs that share the work the same time, and give it again to go
   * on after a crash. A number with which another program may be at work is waited for.
   */
  since?: Date | undefined
  /** How many may be under way at once. Default 16. */
  concurrency?: number | undefined
  /** After so many failures no other number is begun. Default: no bound. */
  maxFailures?: number | undefined
  /** So many numbers first, and the rest only if all of them went well. Default: none. */
  canary?: number | undefined
  /** Stops it, also those under way; the loop throws the signal's `reason`. The vault has what it has then, and the next run goes on from there. */
  signal?: AbortSignal | null | undefined
}

/** What one number of many came to. It has a `rotation` or an `error`; or neither, if it was left alone: settled since `since`. */
export interface RotationEnd {
  /** The number. */
  readonly phoneNumberId: string
  /** Its account, if that was given. */
  readonly wabaId?: string
  /** It has a new PIN. */
  readonly rotation?: Rotation
  /** Why it has none, with `vaultState`. */
  readonly error?: TwoStepError | VaultError
}

/**
 * What {@link Rotator.rotateAll} gives: to be gone through once, with `for await`, it gives what each number came to, as they end.
 *
 * Nothing is begun but while the next end is waited for. Leaving the loop begins no other number, and waits for those under way.
 */
export class RotateAll implements AsyncIterable<RotationEnd>, AsyncDisposable {
  readonly #client: Inside
  readonly #vault: Vault
  readonly #site: CallSite
  readonly #signal: AbortSignal | undefined
  readonly #accounts: readonly FleetAccount[]
  readonly #fleet: NativeFleet
  /** By token. */
  readonly #clients = new Map<string, Inside>()
  readonly #began = performance.now()
  readonly #ends: RotationEnd[] = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #all: AsyncGenerator<RotationEnd, undefined, undefined>
  #broken: { readonly reason: unknown } | undefined
  #wake = () => {}

  /** @internal */
  constructor(
    client: Inside,
    vault: Vault,
    quietMarginMs: number,
    numbers: unknown,
    options: RotateAllOptions | undefined,
    site: CallSite,
    signal: AbortSignal | undefined,
  ) {
    const [accounts, checked] = accountsOf(numbers, site)
    this.#fleet = done(client.native.beginFleet(checked, quietMarginMs, options), site)
    this.#accounts = accounts.map(({ wabaId, accessToken }) => ({ numbers: [], wabaId, accessToken }))
    this.#client = client
    this.#vault = vault
    this.#site = site
    this.#signal = signal
    this.#all = this.#run()
  }

  /** Numbers that are settled since then are left alone. Give it again to go on after a crash. */
  get since(): Date {
    return new Date(this.#fleet.sinceMs)
  }

  /** How far it has come. */
  progress(): FleetProgress {
    const { holds, ...rest } = this.#fleet.progress(this.#elapsedMs())
    return { ...rest, holds: Array.from(holds, (hold) => ({ ...hold })) }
  }

  /** Begins no other number. Those under way end, and are still given. */
  stop(): void {
    this.#fleet.stop()
    this.#wake()
  }

  /** What each number came to. There is one way through them: a second loop goes on where the first one is. */
  [Symbol.asyncIterator](): AsyncGenerator<RotationEnd, undefined, undefined> {
    return this.#all
  }

  /** Begins no other number, and waits for those under way: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all.return(undefined)
    await Promise.all(this.#underWay)
  }

  /** What `console.log` shows. `this` may be a stand-in. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    if (!(#fleet in this)) return 'RotateAll {}'
    const { rotated, alone, failed, total } = this.progress()
    return `RotateAll { ${rotated + alone + failed} of ${total} }`
  }

  async *#run(): AsyncGenerator<RotationEnd, undefined, undefined> {
    const signal = this.#signal
    const waiter = { abort: () => this.#wake() }
    let isOver = false
    if (signal) listen(signal, waiter)
    try {
      for (;;) {
        if (signal?.aborted) throw signal.reason
        if (this.#broken) throw this.#broken.reason
        const step = this.#begin()
        const end = this.#ends.shift()
        if (end) yield end
        else if ((isOver = step.isDone)) return
        else await this.#next(step.waitMs)
      }
    } finally {
      if (!isOver) this.#fleet.stop()
      await Promise.all(this.#underWay)
      if (signal) unlisten(signal, waiter)
    }
  }

  /** All that may begin now; then what there is to wait for. */
  #begin(): NativeFleetStep {
    while (this.#ends.length < this.#fleet.concurrency) {
      const step = this.#fleet.next(this.#elapsedMs())
      if (!step.turn) return step
      const job: Promise<void> = this.#drive(step.turn).finally(() => {
        this.#underWay.delete(job)
        this.#wake()
      })
      this.#underWay.add(job)
    }
    return { isDone: false } // a loop that is slow piles up no ends
  }

  /** Until one is over, but for no longer than that. */
  #next(waitMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = waitMs === undefined ? undefined : setTimeout(resolve, Math.min(waitMs, LONGEST_MS))
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #drive(turn: NativeTurn): Promise<void> {
    try {
      const steps = new Steps(turn.rotation(), this.#vault, turn.phoneNumberId)
      await drive(this.#clientOf(turn), steps, this.#site, this.#signal)
      const end = turn.ended(this.#elapsedMs())
      if (end) this.#ends.push(this.#toEnd(end, steps.cause))
    } catch (reason) {
      turn.leave()
      this.#broken ??= { reason }
    }
  }

  #clientOf(turn: NativeTurn): Inside {
    const token = this.#accounts[turn.account]?.accessToken
    if (token === undefined || token === null) return this.#client
    const known = this.#clients.get(token)
    if (known) return known
    const client = { ...this.#client, native: done(this.#client.native.withAccessToken(token), this.#site) }
    this.#clients.set(token, client)
    return client
  }

  #toEnd({ phoneNumberId, wabaId, rotation, failure, vaultFailure }: NativeFleetEnd, cause: Cause): RotationEnd {
    const error = failure ? toError(failure, this.#site, cause) : vaultFailure && toVaultError(vaultFailure, this.#site, cause)
    return {
      phoneNumberId,
      ...(wabaId !== undefined && { wabaId }),
      ...(rotation && { rotation: toRotation(rotation) }),
      ...(error && { error }),
    }
  }

  #elapsedMs(): number {
    return performance.now() - this.#began
  }
}
