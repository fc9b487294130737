// A transport's answers and exceptions on their way to the core.

import { inspect, types } from 'node:util'

import { TransportError, type TransportResponse } from './transport.cjs'

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

/** Describes an exception, whatever it does to those who look. */
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
