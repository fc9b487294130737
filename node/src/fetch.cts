import { bytes } from './crossing.cjs'
import { type Transport, TransportError, type TransportRequest, type TransportResponse } from './transport.cjs'

/** Any `fetch`: Node's, undici's, one wrapped by a library of yours. */
export type Fetch = (url: string, init: FetchInit) => Promise<TransportResponse>

/** What {@link fetchTransport} hands to `fetch` beside the URL. */
export interface FetchInit extends Pick<TransportRequest, 'method' | 'headers' | 'body' | 'signal'> {
  /** A redirect is never followed with a token. */
  readonly redirect: 'manual'
}

/** Nothing left: name resolution, connecting and the TLS handshake come before the request. */
const BEFORE_SENDING = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ConnectionRefused', // Bun's own, as the next
  'FailedToOpenSocket',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])
const TIMED_OUT = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])

/**
 * A transport that goes through a `fetch`: so that undici's MockAgent, nock or msw can stand in, or a company's own agent
 * carries the call. It knows DNS, refused, connect-timeout and certificate failures of Node's, Bun's and Deno's fetch as not sent.
 *
 * ```ts
 * import { Client, fetchTransport } from 'whatsapp-two-step'
 *
 * const client = new Client({ accessToken: 'EAAG_example', transport: fetchTransport(fetch) })
 * ```
 *
 * @param fetch The fetch to use. Default: whatever `globalThis.fetch` is when a call is made.
 * @param init More for `fetch`'s second argument, such as undici's `dispatcher`.
 */
export function fetchTransport(fetch?: Fetch, init: Readonly<Record<string, unknown>> = {}): Transport {
  return async ({ method, url, headers, body, signal }) => {
    let response: TransportResponse | undefined
    try {
      response = await (fetch ?? globalThis.fetch)(url, { ...init, method, headers: { ...headers }, body, redirect: 'manual', signal })
      return { status: response.status, headers: response.headers, body: await bytes(response.body) }
    } catch (failure) {
      throw explained(failure, response !== undefined)
    }
  }
}

/** What breaks off an answer is always the network's: never a fault of the program, whatever class it is of. */
function explained(failure: unknown, isAnswering: boolean): unknown {
  if (!(failure instanceof Error)) return failure
  const problems = [failure, failure.cause].filter((error) => error instanceof Error) as Problem[]
  const timedOut = problems.some(({ code }) => code !== undefined && TIMED_OUT.has(code))
  const beforeSending = problems.some(isBeforeSending)
  const unprocessed = problems.some(isRefusedStream) ? 'streamRefused' : undefined
  if (!timedOut && !beforeSending && !unprocessed && !isAnswering) return failure
  return new TransportError(failure.message, { timedOut, beforeSending, unprocessed, cause: failure })
}

interface Problem {
  readonly message: string
  readonly code?: string
  readonly syscall?: string
  readonly errors?: unknown[]
}

/** An address that was refused, or all of them, if a host has several. */
function isBeforeSending({ message, code, syscall, errors }: Problem): boolean {
  if (Array.isArray(errors) && errors.length > 0) return errors.every((error) => isBeforeSending(error as Problem))
  if (syscall === 'connect' || syscall === 'getaddrinfo' || (code !== undefined && BEFORE_SENDING.has(code))) return true
  // Deno has words alone, for name resolution, connecting and the TLS handshake.
  return code === undefined && message.includes('client error (Connect)')
}

/** Undici gives the HTTP/2 stream's error as its cause, with nothing but words for the code that the server gave. */
function isRefusedStream({ message, code }: Problem): boolean {
  return code === 'ERR_HTTP2_STREAM_ERROR' && message.includes('NGHTTP2_REFUSED_STREAM')
}
