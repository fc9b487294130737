import type { CallSite } from './failure.cjs'
import type { RotationEnd } from './native.cjs'
import { type Inside, run } from './run.cjs'
import { listen, unlisten } from './signals.cjs'
import type { Steps } from './steps.cjs'

/** A number has a new PIN, and the vault has it as the current one. Which, it doesn't say: ask the vault. */
export interface Rotation {
  /** The number. */
  readonly phoneNumberId: string
  /** When the server confirmed the PIN, to the second. */
  readonly rotatedAt: Date
  /** Was the PIN one that an earlier run had left pending? */
  readonly resumed: boolean
  /** How many requests it took. */
  readonly attempts: number
  /** The ID that Meta's support asks for. */
  readonly traceId?: string
}

/**
 * Drives a run to its end, which may be nothing, or known elsewhere.
 *
 * @internal
 */
export async function drive(client: Inside, steps: Steps, site: CallSite, signal: AbortSignal | undefined): Promise<Rotation | undefined> {
  for (;;) {
    if (signal?.aborted) throw signal.reason
    const step = steps.next(site)
    if (step.kind === 'done') return step.rotation && toRotation(step.rotation)
    if (step.kind === 'call') {
      steps.called(undefined)
      await run(client, step.operation, site, signal, (cause) => steps.called(cause))
    } else await unlessAborted(steps.ask(step), signal)
  }
}

/** The work, or the signal's reason if that comes first. */
function unlessAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work
  return new Promise<void>((resolve, reject) => {
    const waiter = { abort: reject }
    listen(signal, waiter)
    void work.then(resolve, reject).finally(() => unlisten(signal, waiter))
  })
}

/**
 * In objects of this realm.
 *
 * @internal
 */
export function toRotation({ rotatedAtMs, ...rest }: RotationEnd): Rotation {
  return { ...rest, rotatedAt: new Date(rotatedAtMs) }
}
