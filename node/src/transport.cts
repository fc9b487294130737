import type { Reason } from './errors.cjs'

/** A request, as a {@link Transport} gets it. It holds the token, perhaps a PIN: keep it out of logs and errors. */
export interface TransportRequest {
  /** `POST` sets a PIN, `GET` reads a page of numbers. */
  readonly method: 'POST' | 'GET'
  /** With an app secret, its proof is in the query. */
  readonly url: string
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON, with the PIN in it. A `GET` has none. */
  readonly body?: string
  /** 1 for the first request of a call. */
  readonly attempt: number
  /** How long this attempt may take, its answer's body included. */
  readonly timeoutMs: number
  /** How long connecting may take: TCP and TLS. */
  readonly connectTimeoutMs: number
  /** Past so many bytes the answer's body is too large, and needn't be read: 65,536 for a PIN, 1,048,576 for a page of numbers. */
  readonly maxBodyBytes: number
  /** For `fetch`: with a token, no redirect is followed. */
  readonly redirect: 'manual'
  /** Aborted when nobody waits for the answer any more: close the request then. */
  readonly signal: AbortSignal
}

/** An answer, as a {@link Transport} gives it. */
export interface TransportResponse {
  /** The HTTP status, 100 to 999. */
  readonly status: number
  /** A `Headers` object, pairs, or a plain object; absent is none. */
  readonly headers?:
    | Iterable<readonly [string, string]>
    | { forEach(each: (value: string, name: string) => void): void }
    | Readonly<Record<string, string | readonly string[] | number | undefined>>
    | undefined
  /** Absent is empty. A stream is read here, also that of a `fetch`'s answer; of one past the request's `maxBodyBytes`, no more than that and a byte. */
  readonly body?: string | Uint8Array | ArrayBuffer | AsyncIterable<Uint8Array | string> | { getReader(): unknown } | null | undefined
}

/**
 * Moves one request to the server and its answer back: any HTTP stack, or a stand-in for one in a test.
 *
 * Send the request as it is, once: no redirects, no retries. Give back any answer, whatever its status. Throw if there is none:
 * that counts as sent, so the error's `outcome` is `unknown`, unless a {@link TransportError} says otherwise. What is plainly a fault
 * of the program (`TypeError`, `ReferenceError`, `SyntaxError`, `RangeError`) isn't tried again.
 *
 * ```ts
 * import { Client, type Transport } from 'whatsapp-two-step'
 *
 * const transport: Transport = async (request) => {
 *   console.log(request.url) // https://graph.facebook.com/v24.0/106540352242922
 *   return { status: 200, body: '{"success":true}' }
 * }
 * const client = new Client({ accessToken: 'EAAG_example', transport })
 * const { attempts } = await client.setTwoStepPin('106540352242922', '012345')
 * console.log(attempts) // 1
 * ```
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse> | TransportResponse

/**
 * How a server says that it processed nothing of a request. Such a request goes out again, at most 32 times and while there is time,
 * without counting as a retry; the error's `outcome` is `not_sent`.
 *
 * - `connectionEnded`: it ended the connection before it looked at the request, as HTTP/2's GOAWAY with a last stream below the
 *   request's says. Sent again at once.
 * - `streamRefused`: HTTP/2's REFUSED_STREAM. Sent again at once, and with a growing wait from the second on.
 *
 * A connection that just closes says nothing of the kind.
 */
export type Unprocessed = 'connectionEnded' | 'streamRefused'
const UNPROCESSED: Unprocessed[] = ['connectionEnded', 'streamRefused']

/** What a {@link TransportError} says. */
export interface TransportErrorOptions {
  /** It is certain that no request left. */
  readonly beforeSending?: boolean
  /** A time limit of the transport's own struck. */
  readonly timedOut?: boolean
  /** The server says that it processed none of it. */
  readonly unprocessed?: Unprocessed | undefined
  /** Why. */
  readonly reason?: Reason | undefined
  /** It won't pass by itself. */
  readonly lasting?: boolean
  /** What it comes from. */
  readonly cause?: unknown
}

/**
 * What a {@link Transport} throws to say more than that it failed.
 *
 * ```ts
 * import { Client, TransportError } from 'whatsapp-two-step'
 *
 * const transport = () => {
 *   throw new TransportError('the gateway is closed at night', { beforeSending: true })
 * }
 * const client = new Client({ accessToken: 'EAAG_example', transport, maxRetries: 0 })
 * const error = await client.setTwoStepPin('106540352242922', '012345').catch((error) => error)
 * console.log(error.kind, error.outcome) // connection_failed not_sent
 * ```
 */
export class TransportError extends Error {
  /** It is certain that no request left: the error's `outcome` is `not_sent`. */
  readonly beforeSending: boolean
  /** A time limit of the transport's own struck: the error's `kind` is `timed_out`. */
  readonly timedOut: boolean
  /** The request left, but the server says that it processed none of it. */
  readonly unprocessed: Unprocessed | undefined
  /** Why: it becomes the error's `reason`, and its message says it in words. */
  readonly reason: Reason | undefined
  /** It won't pass by itself, as a certificate that isn't trusted: not tried again, and not retryable. */
  readonly lasting: boolean

  /** What is left out of the options is false, or absent. */
  constructor(message: string, options: TransportErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.beforeSending = options.beforeSending === true
    this.timedOut = options.timedOut === true
    this.unprocessed = UNPROCESSED.find((known) => known === options.unprocessed)
    this.reason = options.reason
    this.lasting = options.lasting === true
  }
}
Object.defineProperty(TransportError.prototype, 'name', { value: 'TransportError', configurable: true, writable: true })
