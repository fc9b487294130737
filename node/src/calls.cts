import { AsyncResource } from 'node:async_hooks'
import { setInterval } from 'node:timers'

import { type CallSite, toError } from './failure.cjs'
import { type BuiltInCalls, type CallEvent, native, type NativeClient, type NativeOperation } from './native.cjs'
import { type Success, toSuccess } from './response.cjs'
import { listen, unlisten } from './signals.cjs'
import { isWatched, tell } from './watch.cjs'

/** Holds the process while it is referenced: as long as any call is under way. */
const hold = setInterval(() => {}, 2 ** 31 - 1).unref()
let underWay = 0

/** The calls over the connections of one client, and of those that share them. */
export class Calls {
  readonly #native: BuiltInCalls
  readonly #events = new Map<number, (event: CallEvent) => void>()
  #last = 0

  constructor() {
    // What the native side keeps must not lead back to the client, or it would never be garbage.
    const events = this.#events
    this.#native = new native.BuiltInCalls((all) => {
      for (const event of all) events.get(event.call)?.(event)
    })
  }

  start(client: NativeClient, operation: NativeOperation, site: CallSite, signal: AbortSignal | undefined, { resolve, reject }: Settle): void {
    const [native, events, id] = [this.#native, this.#events, (this.#last = (this.#last + 1) >>> 0)]
    // Whoever watches does so in the caller's asynchronous context.
    const scope = isWatched() ? new AsyncResource('WhatsAppTwoStepCall') : undefined
    const call = {
      abort(reason: unknown) {
        native.cancel(id)
        forget()
        reject(reason)
      },
    }
    const forget = () => {
      events.delete(id)
      if (signal) unlisten(signal, call)
      if (--underWay === 0) hold.unref()
    }
    const told = ({ attempt, success, failure }: CallEvent) => {
      if (attempt) return scope?.runInAsyncScope(tell, undefined, attempt)
      forget()
      if (success) resolve(toSuccess(success))
      else if (failure) reject(toError(failure, site))
    }
    if (signal) listen(signal, call)
    const failure = native.start(client, id, operation, scope !== undefined)
    if (failure) {
      if (signal) unlisten(signal, call)
      return reject(toError(failure, site))
    }
    events.set(id, told)
    if (underWay++ === 0) hold.ref()
  }
}

/** A promise's two functions. */
interface Settle {
  resolve(success: Success): void
  reject(reason: unknown): void
}
