import type { VaultState } from './vault_state.cjs'

/** What went wrong: the same codes in every language of this library. */
export type ErrorKind =
  | 'invalid_pin'
  | 'invalid_phone_number_id'
  | 'invalid_configuration'
  | 'authentication'
  | 'permission_denied'
  | 'not_found'
  | 'invalid_request'
  | 'pin_rejected'
  | 'number_not_ready'
  | 'account_restricted'
  | 'rate_limited'
  | 'service_unavailable'
  | 'not_applied'
  | 'connection_failed'
  | 'timed_out'
  | 'invalid_webhook'
  | 'unexpected_response'

/**
 * Which PIN holds after an error?
 *
 * - `not_sent`: no request left; the old one.
 * - `rejected`: the server answered that nothing changed; the old one.
 * - `unknown`: a request left and no such answer came; either. Setting the same PIN again is safe.
 */
export type Outcome = 'not_sent' | 'rejected' | 'unknown'

/**
 * Why a connection failed, or for what a call waited when its time was over. The error's message names it in words.
 *
 * - `tls`: the certificate isn't trusted (then the error is not retryable), or the handshake failed.
 * - `proxy`: the proxy can't be reached, or refuses; one that wants another password is not retryable.
 * - `closed`: the connection was closed before a whole answer came.
 * - `no_descriptors`: the process or the system has too many open files and sockets.
 * - `connecting`, `waiting`: the time was over before there was a connection, or before a whole answer came.
 */
export type Reason =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'tls'
  | 'proxy'
  | 'reset'
  | 'closed'
  | 'no_descriptors'
  | 'connecting'
  | 'waiting'
  | 'other'

/** What a {@link TwoStepError} says, as data: what its `toJSON` gives. What the server didn't say isn't there. */
export interface TwoStepErrorFields {
  /** What went wrong, as a code. */
  readonly kind: ErrorKind
  /** What went wrong, in one English sentence that is safe to log and to show. */
  readonly message: string
  /** Which PIN holds now? */
  readonly outcome: Outcome
  /** What to do next, in one sentence. */
  readonly hint: string
  /** The answer's HTTP status, if one came. */
  readonly httpStatus?: number
  /** The Graph error's `code`. */
  readonly graphCode?: number
  /** The Graph error's `error_subcode`. */
  readonly graphSubcode?: number
  /** The Graph error's `type`, such as `OAuthException`. */
  readonly graphType?: string
  /** The Graph error's `error_data.details`. */
  readonly details?: string
  /** The Graph error's `error_user_title`. */
  readonly userTitle?: string
  /** The Graph error's `error_user_msg`. */
  readonly userMessage?: string
  /** The ID that Meta's support asks for. */
  readonly traceId?: string
  /** How long to wait before the next call, in milliseconds, if the server said. */
  readonly retryAfterMs?: number
  /** Would the same call, later, have a chance? */
  readonly isRetryable: boolean
  /** Why, for `connection_failed` and `timed_out`. */
  readonly reason?: Reason
  /** How many requests went out: 0 for bad input. */
  readonly attempts: number
  /** After a rotation: what the vault holds of the number. */
  readonly vaultState?: VaultState
}

/** The fields of the class. */
export interface TwoStepError extends Omit<TwoStepErrorFields, 'message'> {}

/**
 * What went wrong, and which PIN holds now: the base of every error that this library gives.
 *
 * Neither its fields nor its stack, its `cause` or what `util.inspect` and `JSON.stringify` make of it has a PIN, a token or
 * an app secret in it, also where the server or a transport sent one back. Its stack begins where the call was made.
 *
 * ```ts
 * import { Client, TwoStepError } from 'whatsapp-two-step'
 *
 * const client = new Client({ accessToken: 'EAAG_example', maxRetries: 0 })
 * try {
 *   await client.setTwoStepPin('106540352242922', '12345')
 * } catch (error) {
 *   if (!(error instanceof TwoStepError)) throw error
 *   console.log(error.kind, error.outcome) // invalid_pin not_sent
 *   console.log(error.message) // Invalid PIN: 5 characters, 6 needed.
 * }
 * ```
 */
export class TwoStepError extends Error {
  /** The client makes errors; for tests of yours, `makeError` of `whatsapp-two-step/testing` does. */
  protected constructor(fields: TwoStepErrorFields, cause: ErrorOptions) {
    const { message, ...rest } = fields
    super(message, cause)
    Object.assign(this, rest)
  }

  /** The fields as plain data, for a log, a job queue or a message to another thread. */
  toJSON(): TwoStepErrorFields & { readonly name: string } {
    const { name, message } = this
    return { name, message, ...(this as Omit<TwoStepErrorFields, 'message'>) }
  }

  /**
   * The error again, from what its `toJSON` gave, also after `JSON.parse`: of the same class, with the same fields. Only its cause
   * and its stack are not the old ones.
   *
   * @throws TypeError if that is no such data.
   */
  static fromJSON(data: TwoStepErrorFields): TwoStepError {
    if (typeof data?.kind !== 'string' || typeof data.message !== 'string') throw new TypeError('this is no data of a TwoStepError')
    const error = make(data, {})
    Error.captureStackTrace(error, TwoStepError.fromJSON)
    return error
  }
}

/** The PIN isn't six digits. Before any I/O. */
export class InvalidPinError extends TwoStepError {
  declare readonly kind: 'invalid_pin'
}
/** The phone number ID isn't 1 to 32 digits. Before any I/O. */
export class InvalidPhoneNumberIdError extends TwoStepError {
  declare readonly kind: 'invalid_phone_number_id'
}
/** A setting is wrong. Before any I/O. */
export class InvalidConfigurationError extends TwoStepError {
  declare readonly kind: 'invalid_configuration'
}
/** The token, or the proof made with the app secret, was refused. */
export class AuthenticationError extends TwoStepError {
  declare readonly kind: 'authentication'
}
/** The token lacks a permission. */
export class PermissionDeniedError extends TwoStepError {
  declare readonly kind: 'permission_denied'
}
/** There is no such phone number for this token. */
export class NotFoundError extends TwoStepError {
  declare readonly kind: 'not_found'
}
/** The server found fault with the request. */
export class InvalidRequestError extends TwoStepError {
  declare readonly kind: 'invalid_request'
}
/** The server refused the PIN. */
export class PinRejectedError extends TwoStepError {
  declare readonly kind: 'pin_rejected'
}
/** The number isn't registered or verified as it must be. */
export class NumberNotReadyError extends TwoStepError {
  declare readonly kind: 'number_not_ready'
}
/** The business account is locked or blocked. */
export class AccountRestrictedError extends TwoStepError {
  declare readonly kind: 'account_restricted'
}
/** Too many calls. */
export class RateLimitedError extends TwoStepError {
  declare readonly kind: 'rate_limited'
}
/** A fault on the server's side. */
export class ServiceUnavailableError extends TwoStepError {
  declare readonly kind: 'service_unavailable'
}
/** The server answered `"success": false`. */
export class NotAppliedError extends TwoStepError {
  declare readonly kind: 'not_applied'
}
/** DNS, refused, TLS, reset, or closed early. */
export class ConnectionFailedError extends TwoStepError {
  declare readonly kind: 'connection_failed'
}
/** The connection or the whole call took too long. */
export class TimedOutError extends TwoStepError {
  declare readonly kind: 'timed_out'
}
/** The signature of a webhook's delivery is missing or wrong, or its body is no webhook's. Never from a call. */
export class InvalidWebhookError extends TwoStepError {
  declare readonly kind: 'invalid_webhook'
}
/** An answer that no Graph API gives: HTML, a redirect, a body too large. */
export class UnexpectedResponseError extends TwoStepError {
  declare readonly kind: 'unexpected_response'
}

type Class = new (fields: TwoStepErrorFields, cause: ErrorOptions) => TwoStepError

const CLASSES = {
  invalid_pin: InvalidPinError,
  invalid_phone_number_id: InvalidPhoneNumberIdError,
  invalid_configuration: InvalidConfigurationError,
  authentication: AuthenticationError,
  permission_denied: PermissionDeniedError,
  not_found: NotFoundError,
  invalid_request: InvalidRequestError,
  pin_rejected: PinRejectedError,
  number_not_ready: NumberNotReadyError,
  account_restricted: AccountRestrictedError,
  rate_limited: RateLimitedError,
  service_unavailable: ServiceUnavailableError,
  not_applied: NotAppliedError,
  connection_failed: ConnectionFailedError,
  timed_out: TimedOutError,
  invalid_webhook: InvalidWebhookError,
  unexpected_response: UnexpectedResponseError,
}

/** Every field; the compiler sees to it that none is left out. */
const FIELDS = Object.keys({
  kind: 0,
  message: 0,
  outcome: 0,
  hint: 0,
  httpStatus: 0,
  graphCode: 0,
  graphSubcode: 0,
  graphType: 0,
  details: 0,
  userTitle: 0,
  userMessage: 0,
  traceId: 0,
  retryAfterMs: 0,
  isRetryable: 0,
  reason: 0,
  attempts: 0,
  vaultState: 0,
} satisfies Record<keyof TwoStepErrorFields, 0>) as Array<keyof TwoStepErrorFields>

/** The error with these fields. A kind that a newer version has is of the base class. */
export function make(data: TwoStepErrorFields, cause: ErrorOptions): TwoStepError {
  const said = FIELDS.filter((field) => data[field] !== undefined && data[field] !== null)
  const Kind = (Object.hasOwn(CLASSES, data.kind) ? CLASSES[data.kind] : TwoStepError) as unknown as Class
  return new Kind(Object.fromEntries(said.map((field) => [field, data[field]])) as unknown as TwoStepErrorFields, cause)
}

// A class's own name may be another one after a minifier, and must not be among the fields.
for (const [kind, { prototype }] of Object.entries({ two_step: TwoStepError, ...CLASSES })) {
  const name = kind.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
  Object.defineProperty(prototype, 'name', { value: `${name}Error`, configurable: true, writable: true })
}
