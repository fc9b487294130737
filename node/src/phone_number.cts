/** Has a number a two-step verification PIN? `unknown` where the server didn't say: never take that for `not_set`. */
export type PinState = 'set' | 'not_set' | 'unknown'

/** A number of a WhatsApp business account. What the server didn't say isn't there; a value that isn't known here is kept as it came. */
export interface PhoneNumber {
  /** The ID that `setTwoStepPin` takes. */
  readonly id: string
  /** The number as people write it. */
  readonly displayPhoneNumber?: string
  /** The name that users see. */
  readonly verifiedName?: string
  /** Has it a PIN? Which, the server never says. */
  readonly pin: PinState
  /** Such as `CONNECTED`. */
  readonly status?: string
  /** Was the number's owner checked: `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`. It says nothing about the PIN. */
  readonly codeVerificationStatus?: string
  /** Such as `APPROVED`. */
  readonly nameStatus?: string
  /** Such as `CLOUD_API`. */
  readonly platformType?: string
}
