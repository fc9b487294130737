import { setInterval } from 'node:timers'

import { type CallSite, toError } from './failure.cjs'
import { type BuiltInCalls, type CallEnd, native, type NativeClient } from './native.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'
import { listen, unlisten } from './signals.cjs'

/** Holds the process while it is referenced: as long as any call is under way. */
const hold = setInterval(() => {}, 2 ** 31 - 1).unref()
let underWay = 0

/** The calls of one client over the built-in transport. */
export class Calls {
  readonly #native: BuiltInCalls
  readonly #ends = new Map<number, (end: CallEnd) => void>()
  #last = 0

  constructor(client: NativeClient) {
    // What the native side keeps must not lead back to the client, or it would never be garbage.
    const ends = this.#ends
    this.#native = new native.BuiltInCalls(client, (all) => {
      for (const end of all) ends.get(end.call)?.(end)
    })
  }

  start(phoneNumberId: unknown, pin: unknown, site: CallSite, signal: AbortSignal | undefined, { resolve, reject }: Settle): void {
    const [native, ends, id] = [this.#native, this.#ends, (this.#last = (this.#last + 1) >>> 0)]
    const failure = native.start(id, phoneNumberId, pin)
    if (failure) return reject(toError(failure, site))
    const call = {
      abort(reason: unknown) {
        native.cancel(id)
        forget()
        reject(reason)
      },
    }
    const forget = () => {
      if (signal) unlisten(signal, call)
      ends.delete(id)
      if (--underWay === 0) hold.unref()
    }
    ends.set(id, ({ success, failure }) => {
      forget()
      if (success) resolve(success)
      else if (failure) reject(toError(failure, site))
    })
    if (signal) listen(signal, call)
    if (underWay++ === 0) hold.ref()
  }
}

/** A promise's two functions. */
interface Settle {
  resolve(response: SetTwoStepPinResponse): void
  reject(reason: unknown): void
}
