import type { PhoneNumber } from './phone_number.cjs'

/** The server set the PIN. What it didn't say isn't there. */
export interface SetTwoStepPinResponse {
  /** The ID that Meta's support asks for (`x-fb-request-id`). */
  readonly traceId?: string
  /** The version that served the call (`facebook-api-version`). It can be above the one asked for. */
  readonly apiVersion?: string
  /** How many requests it took. */
  readonly attempts: number
  /** How much of the call budget is used. */
  readonly usage?: Usage
}

/** How much of its call budget an app or account has used. */
export interface Usage {
  /** The highest of the percentages given: calls, CPU time, total time. Past 100 calls are refused. */
  readonly highestPercentage: number
  /** How long until calls are taken again, when they are refused now. */
  readonly timeToRegainAccessMs?: number
}

/** What a call gives: a response, or the numbers of a page. */
export type Success = SetTwoStepPinResponse | PhoneNumber[]

/**
 * The same in objects of this realm: where a test runner has realms (jest, vitest), what the native side makes is of another one,
 * and no strict comparison would hold.
 */
export function toSuccess(success: Success): Success {
  if (Array.isArray(success)) return Array.from(success, (number) => ({ ...number }))
  const { usage, ...response } = success
  return usage ? { ...response, usage: { ...usage } } : { ...response }
}
