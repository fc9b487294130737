import { bytes, isError } from './crossing.cjs'
import type { Reason } from './errors.cjs'
import { type Transport, TransportError, type TransportRequest, type TransportResponse } from './transport.cjs'

/** Any `fetch`: Node's, undici's, one wrapped by a library of yours. */
export type Fetch = (url: string, init: FetchInit) => Promise<TransportResponse>

/** What {@link fetchTransport} hands to `fetch` beside the URL. */
export type FetchInit = Pick<TransportRequest, 'method' | 'headers' | 'body' | 'redirect' | 'signal'>

const CERTIFICATE = [
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
]
const HANDSHAKE = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE']
const ALL = (codes: readonly string[], reason: Reason): Array<[string, Reason]> => codes.map((code) => [code, reason])

/** What the codes of Node's and Bun's fetch mean. */
const REASONS = new Map<string, Reason>([
  ...ALL(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'], 'dns'),
  ...ALL(['ECONNREFUSED', 'ConnectionRefused'], 'refused'),
  ...ALL(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL'], 'unreachable'),
  ...ALL([...CERTIFICATE, ...HANDSHAKE, 'EPROTO'], 'tls'),
  ...ALL(['ECONNRESET', 'ECONNABORTED', 'EPIPE'], 'reset'),
  ...ALL(['UND_ERR_SOCKET', 'ConnectionClosed'], 'closed'),
  ...ALL(['EMFILE', 'ENFILE'], 'no_descriptors'),
  ...ALL(['UND_ERR_CONNECT_TIMEOUT'], 'connecting'),
  // ETIMEDOUT from TCP, which gave up on an open connection, unless the system call was `connect`.
  ...ALL(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'], 'waiting'),
])

/** Deno has words alone. */
const WORDS: ReadonlyArray<readonly [RegExp, Reason]> = [
  [/invalid peer certificate|received fatal alert/, 'tls'],
  [/Connection refused/, 'refused'],
  [/dns error/, 'dns'],
]

/** Nothing left: name resolution, connecting and the TLS handshake come before the request. */
const BEFORE_SENDING = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ECONNREFUSED', 'ConnectionRefused', 'FailedToOpenSocket', ...CERTIFICATE, ...HANDSHAKE])
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
  return async ({ method, url, headers, body, redirect, signal, maxBodyBytes }) => {
    let response: TransportResponse | undefined
    try {
      response = await (fetch ?? globalThis.fetch)(url, { ...init, method, headers: { ...headers }, ...(body !== undefined && { body }), redirect, signal })
      return { status: response.status, headers: response.headers, body: (await bytes(response.body, maxBodyBytes)) ?? response.body }
    } catch (failure) {
      throw explained(failure, response !== undefined)
    }
  }
}

/** What breaks off an answer is always the network's: never a fault of the program, whatever class it is of. */
function explained(failure: unknown, isAnswering: boolean): unknown {
  if (!isError(failure)) return failure
  const problems = causes(failure)
  const timedOut = problems.some(({ code }) => code !== undefined && TIMED_OUT.has(code))
  const proxy = problems.map(proxyStatus).find((status) => status !== undefined)
  const beforeSending = proxy !== undefined || problems.some(isBeforeSending)
  const unprocessed = problems.some(isRefusedStream) ? 'streamRefused' : undefined
  const reason = proxy !== undefined ? 'proxy' : problems.map(reasonOf).find((reason) => reason !== undefined)
  if (!timedOut && !beforeSending && !unprocessed && !isAnswering && !reason) return failure
  const lasting = proxy === 407 || (reason === 'tls' && problems.some(isUntrusted))
  return new TransportError(failure.message, { timedOut, beforeSending, unprocessed, reason, lasting, cause: failure })
}

/** An error and those that it comes from, some of them. */
function causes(failure: Error): Problem[] {
  const problems: Error[] = []
  for (let next: unknown = failure; isError(next) && problems.length < 4; next = next.cause) problems.push(next)
  return problems as Problem[]
}

function reasonOf({ message, code, syscall, errors }: Problem): Reason | undefined {
  if (code === 'ETIMEDOUT' && syscall === 'connect') return 'connecting'
  const inner = Array.isArray(errors) ? (errors as Problem[]).map(reasonOf).find((reason) => reason !== undefined) : undefined
  const known = code === undefined ? WORDS.find(([words]) => words.test(message))?.[1] : REASONS.get(code)
  return inner ?? known
}

function isUntrusted({ message, code }: Problem): boolean {
  return code === undefined ? message.includes('invalid peer certificate') : CERTIFICATE.includes(code)
}

/** Undici's ProxyAgent says in words what the proxy answered to CONNECT. */
function proxyStatus({ message }: Problem): number | undefined {
  const status = /Proxy response \((\d+)\) !== 200 when HTTP Tunneling/.exec(message)?.[1]
  return status === undefined ? undefined : Number(status)
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
