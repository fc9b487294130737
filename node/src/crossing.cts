// A transport's answers and exceptions on their way to the core.

import { types } from 'node:util'

import type { AnswerPart, Exception } from './native.cjs'
import { show } from './show.cjs'
import { TransportError, type TransportResponse } from './transport.cjs'

/** An answer as it crosses to the core. */
export interface Flat {
  readonly status: number
  /** Names and values by turns. */
  readonly headers: string[]
  readonly body: string | Uint8Array
}

/** An answer, or what of it is none. */
export async function flatten(response: TransportResponse, maxBodyBytes: number): Promise<Flat | AnswerPart> {
  if (typeof response !== 'object' || response === null || typeof response.status !== 'number') return 'status'
  const { status } = response
  const headers = pairs(response.headers)
  if (!headers) return 'headers'
  const body = await bytes(response.body, maxBodyBytes).catch((cause: unknown) => {
    throw new TransportError('the body broke off', { cause })
  })
  return body === undefined ? 'body' : { status, headers, body }
}

function pairs(headers: TransportResponse['headers']): string[] | undefined {
  if (headers === undefined || headers === null) return []
  if (typeof headers !== 'object') return undefined
  const flat: string[] = []
  for (const entry of entriesOf(headers)) {
    if (!Array.isArray(entry)) return undefined
    for (const value of [entry[1]].flat()) {
      if (value !== undefined) flat.push(String(entry[0]), String(value))
    }
  }
  return flat
}

function entriesOf(headers: NonNullable<TransportResponse['headers']>): unknown[] {
  if (Symbol.iterator in headers) return [...headers]
  if (typeof headers.forEach !== 'function') return Object.entries(headers)
  const entries: unknown[] = []
  headers.forEach((value: unknown, name: unknown) => entries.push([name, value]))
  return entries
}

/** A body, and one byte more of it than may be, at most; nothing if it is none. Throws what a stream throws. */
export async function bytes(body: unknown, maxBodyBytes: number): Promise<string | Uint8Array | undefined> {
  const enough = maxBodyBytes + 1
  if (body === undefined || body === null) return ''
  if (typeof body === 'string') return body.slice(0, enough)
  // Not instanceof: a test runner may have classes of its own.
  if (types.isUint8Array(body)) return body.subarray(0, enough)
  if (types.isArrayBuffer(body)) return new Uint8Array(body, 0, Math.min(body.byteLength, enough))
  if (typeof body !== 'object' || !(Symbol.asyncIterator in body)) return undefined
  const chunks: Uint8Array[] = []
  let size = 0
  // Leaving the loop early cancels the stream, and so closes the connection.
  for await (const chunk of body as AsyncIterable<unknown>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (!types.isUint8Array(bytes)) return undefined
    chunks.push(bytes)
    size += bytes.byteLength
    if (size >= enough) break
  }
  return Buffer.concat(chunks)
}

/** Describes an exception, which may be anything, whatever it does to those who look. Without `shown`, that can't be told. */
export function describe(exception: unknown): Exception & { readonly shown?: string | undefined } {
  try {
    const texts: string[] = []
    for (let next = exception; next !== undefined && next !== null && texts.length < 8; ) {
      texts.push(isError(next) ? `${next.name}: ${next.message}` : String(next))
      next = isError(next) ? next.cause : undefined
    }
    const { beforeSending, timedOut, unprocessed, reason, lasting } = exception instanceof TransportError ? exception : NOTHING_SAID
    return {
      texts: texts.length > 0 ? texts : [String(exception)],
      shown: show(exception),
      // Whoever has no types may have set them to anything.
      beforeSending: beforeSending === true,
      timedOut: timedOut === true,
      unprocessed: typeof unprocessed === 'string' ? unprocessed : undefined,
      reason: typeof reason === 'string' ? reason : undefined,
      lasting: lasting === true,
      programFault: isProgramFault(exception),
    }
  } catch {
    return { texts: ['an exception that cannot be shown'], ...NOTHING_SAID, programFault: false }
  }
}

const NOTHING_SAID = { beforeSending: false, timedOut: false, unprocessed: undefined, reason: undefined, lasting: false }

/** Also one of another realm: under jest, what `fetch` throws. */
export function isError(thing: unknown): thing is Error {
  return thing instanceof Error || types.isNativeError(thing)
}

const PROGRAM_FAULTS = new Set(['TypeError', 'ReferenceError', 'SyntaxError', 'RangeError'])

/** A `fetch` that failed throws a `TypeError`, too: one with the network's error as its cause, or with the system's code. */
function isProgramFault(exception: unknown): boolean {
  if (!types.isNativeError(exception) || !PROGRAM_FAULTS.has(exception.name)) return false
  const { cause, code } = exception as { cause?: unknown; code?: unknown }
  return (code === undefined || String(code).startsWith('ERR_')) && (cause === undefined || isProgramFault(cause))
}
