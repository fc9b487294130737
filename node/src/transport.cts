import { inspect, types } from 'node:util'

/** A request, as a {@link Transport} gets it. It holds the token and the PIN: keep it out of logs and errors. */
export interface TransportRequest {
  readonly method: 'POST'
  /** With an app secret, its proof is in the query. */
  readonly url: string
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** 1 for the first request of a call. */
  readonly attempt: number
  /** How long this attempt may take, its answer's body included. */
  readonly timeoutMs: number
  /** How long connecting may take: TCP and TLS. */
  readonly connectTimeoutMs: number
  /** Aborted when nobody waits for the answer any more: close the request then. */
  readonly signal: AbortSignal
}

/** An answer, as a {@link Transport} gives it. */
export interface TransportResponse {
  readonly status: number
  /** A `Headers` object, pairs, or a plain object; absent is none. */
  readonly headers?:
    | Iterable<readonly [string, string]>
    | Readonly<Record<string, string | readonly string[] | number | undefined>>
    | undefined
  /** Absent is empty. Of a body over 64 KiB, the first 64 KiB and a byte are enough. */
  readonly body?: string | Uint8Array | ArrayBuffer | null | undefined
}

/**
 * Moves one request to the server and its answer back: any HTTP stack, or a stand-in for one in a test.
 *
 * Send the request as it is, once: no redirects, no retries. Give back any answer, whatever its status. Throw if there is none:
 * that counts as sent, so the error's `outcome` is `unknown`, unless a {@link TransportError} says otherwise.
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

  constructor(message: string, options: { beforeSending?: boolean; timedOut?: boolean; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.beforeSending = options.beforeSending === true
    this.timedOut = options.timedOut === true
  }
}
Object.defineProperty(TransportError.prototype, 'name', { value: 'TransportError', configurable: true, writable: true })

/** One more than is taken of a body: no need to carry the rest over. */
const ENOUGH = 64 * 1024 + 1

/** An answer as it crosses to the core. Throws if it is none. */
export function flatten(response: TransportResponse): { status: number; headers: string[]; body: string | Uint8Array } {
  if (typeof response !== 'object' || response === null || typeof response.status !== 'number') {
    throw new TypeError('the transport must give an object with a status')
  }
  const { status } = response
  // What is no status at all becomes one that the core refuses.
  const isStatus = Number.isInteger(status) && status >= 0 && status <= 0xffff
  return { status: isStatus ? status : 0, headers: pairs(response.headers), body: bytes(response.body) }
}

function pairs(headers: TransportResponse['headers']): string[] {
  if (headers === undefined || headers === null) return []
  const entries: Iterable<readonly [string, unknown]> =
    Symbol.iterator in headers ? (headers as Iterable<readonly [string, string]>) : Object.entries(headers)
  const flat: string[] = []
  for (const [name, value] of entries) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) flat.push(String(name), String(one))
    }
  }
  return flat
}

function bytes(body: TransportResponse['body']): string | Uint8Array {
  if (body === undefined || body === null) return ''
  if (typeof body === 'string') return body.slice(0, ENOUGH)
  // Not instanceof: a test runner may have classes of its own.
  if (types.isUint8Array(body)) return body.subarray(0, ENOUGH)
  if (types.isArrayBuffer(body)) return new Uint8Array(body, 0, Math.min(body.byteLength, ENOUGH))
  throw new TypeError("the transport's body must be a string, a Uint8Array or an ArrayBuffer")
}

/** What there is to say of an exception, which may be anything. */
export interface Description {
  /** Its text and those of its causes. */
  readonly texts: string[]
  /** All that it shows when it is printed; absent if that can't be told. */
  readonly shown?: string
  readonly beforeSending: boolean
  readonly timedOut: boolean
}

export function describe(exception: unknown): Description {
  try {
    const shown = inspect(exception, { depth: 8, maxArrayLength: null, maxStringLength: null, showHidden: true })
    const texts: string[] = []
    for (let next = exception; next !== undefined && next !== null && texts.length < 8; ) {
      texts.push(next instanceof Error ? `${next.name}: ${next.message}` : String(next))
      next = next instanceof Error ? next.cause : undefined
    }
    const { beforeSending, timedOut } = exception instanceof TransportError ? exception : { beforeSending: false, timedOut: false }
    return { texts: texts.length > 0 ? texts : [String(exception)], shown, beforeSending, timedOut }
  } catch {
    return { texts: ['an exception that cannot be shown'], beforeSending: false, timedOut: false }
  }
}
