import { callSite, done } from './failure.cjs'
import { native } from './native.cjs'

/**
 * Draws a PIN from the operating system's random source: each is as likely as any other, and none is weak.
 *
 * ```ts
 * import { generatePin } from 'whatsapp-two-step'
 *
 * console.log(generatePin().length) // 6
 * ```
 */
export function generatePin(): string {
  return done(native.generatePin(), callSite(generatePin))
}

/**
 * Is it one that people try first: one digit six times, or a run up or down, such as `234567`? The server takes it.
 *
 * ```ts
 * import { isWeakPin } from 'whatsapp-two-step'
 *
 * console.log(isWeakPin('111111'), isWeakPin('735194')) // true false
 * ```
 *
 * @throws InvalidPinError if it is no PIN.
 */
export function isWeakPin(pin: string): boolean {
  return done(native.isWeakPin(pin), callSite(isWeakPin))
}
