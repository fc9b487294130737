import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'

import { describe, type Flat, flatten } from './crossing.cjs'
import { type CallSite, toError } from './failure.cjs'
import { type AnswerPart, native, type NativeClient, type NativeOperation, type NativeRequest } from './native.cjs'
import { type Success, toSuccess } from './response.cjs'
import { listen, unlisten } from './signals.cjs'
import type { Transport, TransportRequest } from './transport.cjs'
import type { Turns } from './turns.cjs'
import { isWatched, tell } from './watch.cjs'

// As they are when this is loaded: the fake ones of a test runner would let no time pass.
const { clearTimeout, setImmediate, setTimeout } = timers

/**
 * One call over a transport of the user's. The core says what to do next and is told what came of it. The transport runs in the
 * caller's asynchronous context, and a timer holds the process as long as the call runs.
 */
export async function drive(
  client: NativeClient,
  transport: Transport,
  turns: Turns,
  operation: NativeOperation,
  site: CallSite,
  signal: AbortSignal | undefined,
  ended?: (cause: { readonly cause: unknown } | undefined) => void,
): Promise<Success> {
  const began = performance.now()
  const elapsed = () => performance.now() - began
  const call = new native.HostCall()
  const listener = { abort: () => {} }
  const aborted = signal && new Promise<undefined>((resolve) => (listener.abort = () => resolve(undefined)))
  let cause: { readonly cause: unknown } | undefined
  let step = call.begin(client, operation, Math.random(), isWatched())
  let hasTurn = false
  let leave = () => {}
  const turn = new Promise<void>((resolve) => (leave = turns.take(() => ((hasTurn = true), resolve()))))
  try {
    if (signal) listen(signal, listener)
    for (;;) {
      if (step.attempt) tell(step.attempt)
      if (step.success) {
        ended?.(cause)
        return toSuccess(step.success)
      }
      if (step.failure) throw toError(step.failure, site, cause)
      if (!step.request) {
        await first(undefined, step.waitMs ?? 0, aborted)
        if (signal?.aborted) throw signal.reason
        step = call.waited(elapsed())
        continue
      }
      cause = undefined
      let request = step.request
      if (!hasTurn) {
        const queued = elapsed()
        await first(turn, request.timeoutMs, aborted)
        if (signal?.aborted) throw signal.reason
        request = later(request, elapsed() - queued)
        if (!hasTurn || request.timeoutMs <= 0) {
          step = call.expired(elapsed(), false)
          continue
        }
      }
      if (!call.maySend()) {
        step = call.expired(elapsed(), false)
        continue
      }
      const attempt = new AbortController()
      const headers = { ...request.headers } // of this realm
      const whole: TransportRequest = { ...request, headers, redirect: 'manual', signal: attempt.signal }
      const end = await first(send(transport, whole), request.timeoutMs, aborted)
      if (!end) attempt.abort(signal?.reason)
      if (signal?.aborted) throw signal.reason
      if (!end) step = call.expired(elapsed(), true)
      else if ('thrown' in end) {
        const { shown, ...exception } = describe(end.thrown)
        if (shown !== undefined && !call.repeatsASecret(shown)) cause = { cause: end.thrown }
        step = call.failed(elapsed(), exception)
      } else if (typeof end.answer === 'string') step = call.unusable(elapsed(), end.answer)
      else step = call.answered(elapsed(), end.answer.status, end.answer.headers, end.answer.body)
    }
  } finally {
    leave()
    if (signal) unlisten(signal, listener)
  }
}

/** What is left of a request's time after so many milliseconds. */
function later(request: NativeRequest, ms: number): NativeRequest {
  const timeoutMs = request.timeoutMs - ms
  return { ...request, timeoutMs, connectTimeoutMs: Math.min(request.connectTimeoutMs, timeoutMs) }
}

/** What an attempt comes to, if it comes to anything. */
type End = { readonly answer: Flat | AnswerPart } | { readonly thrown: unknown }

async function send(transport: Transport, request: TransportRequest): Promise<End> {
  try {
    return { answer: await flatten(await transport(request), request.maxBodyBytes) }
  } catch (thrown) {
    return { thrown }
  }
}

/** What the work comes to, or nothing if first the time is up or the caller aborts. */
async function first<T>(work: Promise<T> | undefined, ms: number, aborted: Promise<undefined> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    // One more turn of the event loop, for an answer that came while the process was busy or frozen.
    timer = setTimeout(() => setImmediate(resolve, undefined), ms)
  })
  try {
    return await Promise.race([work ?? late, late, aborted ?? late])
  } finally {
    clearTimeout(timer)
  }
}
