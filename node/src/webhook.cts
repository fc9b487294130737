import { types } from 'node:util'

import { callSite, done } from './failure.cjs'
import { native, type NativeEvent } from './native.cjs'

/** Something happened to the PIN of a number, as the webhook's field `security` tells it. What Meta didn't say isn't there. */
export interface SecurityEvent {
  /** What happened, as Meta spells it. */
  readonly event: 'PIN_CHANGED' | 'PIN_RESET_REQUEST' | 'PIN_RESET_SUCCESS' | (string & {})
  /** The WhatsApp business account. */
  readonly wabaId?: string
  /** The number as people write it. The event has no phone number ID. */
  readonly displayPhoneNumber?: string
  /** Who asked for a reset: a user's ID. */
  readonly requester?: string
  /** When, to the second. */
  readonly time?: Date
}

/**
 * Checks the signature of a webhook's delivery, then gives the events of its field `security`. Other fields are passed over.
 *
 * A delivery has no ID, and Meta sends it again if it got no answer: drop what you have seen.
 *
 * ```ts
 * import { createHmac } from 'node:crypto'
 * import { securityEvents } from 'whatsapp-two-step'
 *
 * const value = { display_phone_number: '15550783881', event: 'PIN_CHANGED' }
 * const entry = [{ id: '102290129340398', time: 1748811473, changes: [{ field: 'security', value }] }]
 * const body = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry }))
 * const signature = `sha256=${createHmac('sha256', 'app_secret').update(body).digest('hex')}` // as Meta makes it
 *
 * const [event] = securityEvents(body, signature, 'app_secret')
 * console.log(event?.event, event?.time?.toISOString()) // PIN_CHANGED 2025-06-01T20:57:53.000Z
 * ```
 *
 * @param body The request's body as it came, byte for byte, before anything parses or decodes it.
 * @param signature Its header `X-Hub-Signature-256`; `undefined` or `null` where it has none.
 * @param appSecret The app's.
 * @throws InvalidWebhookError if the signature is missing or wrong, or the body is no webhook's.
 */
export function securityEvents(body: Uint8Array | ArrayBuffer, signature: string | null | undefined, appSecret: string): SecurityEvent[] {
  const bytes = types.isArrayBuffer(body) ? new Uint8Array(body) : body
  // An array of this realm.
  return Array.from(done(native.securityEvents(bytes, signature, appSecret), callSite(securityEvents)), toEvent)
}

function toEvent({ timeMs, ...event }: NativeEvent): SecurityEvent {
  const time = new Date(timeMs ?? NaN)
  // A time past the last Date is none.
  return Number.isNaN(time.getTime()) ? event : { ...event, time }
}
