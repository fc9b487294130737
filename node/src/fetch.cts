import { type Transport, TransportError, type TransportResponse } from './transport.cjs'

/** As much of an answer to `fetch` as {@link fetchTransport} uses. */
export interface FetchResponse {
  /** The HTTP status. */
  readonly status: number
  /** By names and values. */
  readonly headers: Iterable<[string, string]>
  /** A stream of bytes, or null. */
  readonly body: unknown
}

/** Any `fetch`: Node's, undici's, one wrapped by a library of yours. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>

/** What {@link fetchTransport} hands to `fetch` beside the URL. */
export interface FetchInit {
  /** Always the same. */
  method: 'POST'
  /** The token is in them. */
  headers: Record<string, string>
  /** JSON, with the PIN in it. */
  body: string
  /** A redirect is never followed with a token. */
  redirect: 'manual'
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
}

const MAX_BODY_BYTES = 64 * 1024

/** Nothing left: name resolution, connecting and the TLS handshake come before the request. */
const BEFORE_SENDING = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
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
 * carries the call. It knows DNS, refused, connect-timeout and certificate failures of Node's fetch as not sent.
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
    const send = fetch ?? (globalThis.fetch as unknown as Fetch)
    try {
      const response = await send(url, { ...init, method, headers: { ...headers }, body, redirect: 'manual', signal })
      return { status: response.status, headers: response.headers, body: await read(response) }
    } catch (failure) {
      throw explained(failure)
    }
  }
}

/** The body, and no more of it than may be. */
async function read(response: FetchResponse): Promise<TransportResponse['body']> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the stream, and so closes the connection.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) break
  }
  return Buffer.concat(chunks)
}

function explained(failure: unknown): unknown {
  const causes = [failure, ...reasons(failure)].filter((error) => error instanceof Error) as Array<Error & Problem>
  const timedOut = causes.some(({ code }) => code !== undefined && TIMED_OUT.has(code))
  const beforeSending = causes.some(isBeforeSending)
  if (!timedOut && !beforeSending) return failure
  return new TransportError(failure instanceof Error ? failure.message : 'fetch failed', { timedOut, beforeSending, cause: failure })
}

interface Problem {
  readonly code?: string
  readonly syscall?: string
  readonly errors?: unknown[]
}

function reasons(failure: unknown): unknown[] {
  const cause = failure instanceof Error ? failure.cause : undefined
  return cause === undefined ? [] : [cause]
}

/** An address that was refused, or all of them, if a host has several. */
function isBeforeSending({ code, syscall, errors }: Problem): boolean {
  if (Array.isArray(errors) && errors.length > 0) return errors.every((error) => isBeforeSending(error as Problem))
  return syscall === 'connect' || syscall === 'getaddrinfo' || (code !== undefined && BEFORE_SENDING.has(code))
}
