import { channel } from 'node:diagnostics_channel'
import { debuglog } from 'node:util'

import type { ErrorKind, Outcome } from './errors.cjs'

/**
 * How one attempt of a call ended: the message on the diagnostics channel `whatsapp-two-step:attempt`. It has no secret.
 *
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel'
 * import type { AttemptEnd } from 'whatsapp-two-step'
 *
 * subscribe('whatsapp-two-step:attempt', (message) => {
 *   const { number, kind, tookMs } = message as AttemptEnd
 *   console.log(number, kind ?? 'success', tookMs)
 * })
 * ```
 */
export interface AttemptEnd {
  /** 1 for the first request of a call. */
  readonly number: number
  /** What it failed with; absent on success. */
  readonly kind?: ErrorKind
  /** Which PIN holds after all attempts so far; absent on success. */
  readonly outcome?: Outcome
  /** The answer's HTTP status, if one came. */
  readonly httpStatus?: number
  /** The Graph error's `code`. */
  readonly graphCode?: number
  /** The ID that Meta's support asks for. */
  readonly traceId?: string
  /** How long the attempt took. */
  readonly tookMs: number
  /** How long until the next attempt; absent if there is none. */
  readonly waitMs?: number
}

const attempts = channel('whatsapp-two-step:attempt')
const debug = debuglog('whatsapp-two-step')

/** Does anybody listen, or is NODE_DEBUG=whatsapp-two-step set? Bun doesn't say the latter. */
export const isWatched = (): boolean => attempts.hasSubscribers || debug.enabled === true

/** Tells all who watch. */
export function tell(end: AttemptEnd): void {
  attempts.publish({ ...end })
  if (debug.enabled) debug('%s', line(end))
}

function line({ number, kind, outcome, httpStatus, graphCode, traceId, tookMs, waitMs }: AttemptEnd): string {
  const parts = [
    `attempt ${number}: ${kind ?? 'success'}`,
    outcome && `outcome ${outcome}`,
    httpStatus !== undefined && `HTTP ${httpStatus}`,
    graphCode !== undefined && `Graph code ${graphCode}`,
    traceId !== undefined && `trace id ${traceId}`,
    `took ${Math.round(tookMs)} ms`,
    waitMs !== undefined && `next in ${Math.round(waitMs)} ms`,
  ]
  return parts.filter(Boolean).join(', ')
}
