// From a failure, as it comes over, to the error that a user catches.

import { make, type TwoStepError } from './errors.cjs'
import type { Failure, VaultFailure } from './native.cjs'
import { VaultError } from './vault_error.cjs'

/** Where a call was made, for the stack of the error that it may come to. */
export interface CallSite {
  stack?: string
}

/** Remembers where `below` was called. It costs little: the text is made when somebody asks for it. */
export function callSite(below: Function): CallSite {
  const site: CallSite = {}
  Error.captureStackTrace(site, below)
  return site
}

/** The error of a failure; `cause` is its cause itself, in place of texts. */
export function toError({ causes, ...fields }: Failure, site: CallSite, cause?: { readonly cause: unknown }): TwoStepError {
  return located(() => make(fields, cause ?? chain(causes)), site)
}

/** The error that a vault's failure comes to. */
export function toVaultError({ kind, message, ...rest }: VaultFailure, site: CallSite, cause?: { readonly cause: unknown }): VaultError {
  return located(() => new VaultError(kind, message, { ...rest, ...cause }), site)
}

/** An error whose stack begins where the call was made. */
export function located<E extends Error>(make: () => E, site: CallSite): E {
  const error = withoutFrames(make)
  setStack(error, typeof site.stack === 'string' ? site.stack.replace(/^[^]*?(?=\n\s+at |$)/, '') : '')
  return error
}

/** What the native side gave, unless it is a failure. */
export function done<T>(result: T | Failure, site: CallSite): T {
  if (typeof result === 'object' && result !== null && 'kind' in result) throw toError(result, site)
  return result as T
}

/** The frames of this file say nothing; Bun prints them whatever `stack` is. */
function withoutFrames<T>(make: () => T): T {
  const limit = Error.stackTraceLimit
  // Not an assignment: with frozen intrinsics it would throw.
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return make()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}

function chain(texts: readonly string[]): ErrorOptions {
  return texts.reduceRight<ErrorOptions>((cause, text) => ({ cause: setStack(new Error(text, cause), '') }), {})
}

function setStack(error: Error, frames: string): Error {
  const value = `${error.name}: ${error.message}${frames}`
  return Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
}
