// From a failure, as it comes over, to the error that a user catches.

import * as errors from './errors.cjs'
import type { Failure } from './native.cjs'

type Class = new (fields: errors.TwoStepErrorFields, cause: { cause?: unknown }) => errors.TwoStepError

/** By their names: a class's own may be another one after a minifier, and must not be among the fields. */
const CLASSES = errors as unknown as Record<string, Class>
for (const [value, { prototype }] of Object.entries(CLASSES)) {
  Object.defineProperty(prototype, 'name', { value, configurable: true, writable: true })
}

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
export function toError(failure: Failure, site: CallSite, cause?: { readonly cause: unknown }): errors.TwoStepError {
  const { causes, ...fields } = failure
  const name = failure.kind.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())
  const Kind = CLASSES[`${name}Error`] as Class
  const error = withoutFrames(() => new Kind(fields, cause ?? chain(causes)))
  setStack(error, typeof site.stack === 'string' ? site.stack.replace(/^[^]*?(?=\n\s+at |$)/, '') : '')
  return error
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

function chain(texts: readonly string[]): { cause?: unknown } {
  return texts.reduceRight<{ cause?: unknown }>((cause, text) => ({ cause: setStack(new Error(text, cause), '') }), {})
}

function setStack(error: Error, frames: string): Error {
  const value = `${error.name}: ${error.message}${frames}`
  return Object.defineProperty(error, 'stack', { value, configurable: true, writable: true })
}
