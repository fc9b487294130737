import { describe, type Flat, flatten } from './crossing.cjs'
import { type CallSite, toError } from './failure.cjs'
import { type AnswerPart, native, type NativeClient } from './native.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'
import { listen, unlisten } from './signals.cjs'
import type { Transport, TransportRequest } from './transport.cjs'

/**
 * One call over a transport of the user's. The core says what to do next and is told what came of it. The transport runs in the
 * caller's asynchronous context, and a timer holds the process as long as the call runs.
 */
export async function drive(
  client: NativeClient,
  transport: Transport,
  phoneNumberId: unknown,
  pin: unknown,
  site: CallSite,
  signal: AbortSignal | undefined,
): Promise<SetTwoStepPinResponse> {
  const began = performance.now()
  const elapsed = () => performance.now() - began
  const call = new native.HostCall()
  const listener = { abort: () => {} }
  const aborted = signal && new Promise<undefined>((resolve) => (listener.abort = () => resolve(undefined)))
  let cause: { readonly cause: unknown } | undefined
  let step = call.begin(client, phoneNumberId, pin, Math.random())
  if (signal) listen(signal, listener)
  try {
    for (;;) {
      if (step.success) return step.success
      if (step.failure) throw toError(step.failure, site, cause)
      if (!step.request) {
        await first(undefined, step.waitMs ?? 0, aborted)
        if (signal?.aborted) throw signal.reason
        step = call.waited(elapsed())
        continue
      }
      const attempt = new AbortController()
      const end = await first(send(transport, { ...step.request, signal: attempt.signal }), step.request.timeoutMs, aborted)
      if (!end) attempt.abort(signal?.reason)
      if (signal?.aborted) throw signal.reason
      cause = undefined
      if (!end) step = call.expired(elapsed(), true)
      else if ('thrown' in end) {
        const { shown, ...exception } = describe(end.thrown)
        if (shown !== undefined && !call.repeatsASecret(shown)) cause = { cause: end.thrown }
        step = call.failed(elapsed(), exception)
      } else if (typeof end.answer === 'string') step = call.unusable(elapsed(), end.answer)
      else step = call.answered(elapsed(), end.answer.status, end.answer.headers, end.answer.body)
    }
  } finally {
    if (signal) unlisten(signal, listener)
  }
}

/** What an attempt comes to, if it comes to anything. */
type End = { readonly answer: Flat | AnswerPart } | { readonly thrown: unknown }

async function send(transport: Transport, request: TransportRequest): Promise<End> {
  try {
    return { answer: await flatten(await transport(request)) }
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
