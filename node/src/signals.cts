/** What hears of a signal's abort. */
export interface Abortable {
  abort(reason: unknown): void
}

/**
 * One listener a signal, however many calls share it: with one a call, Node warns of a leak from the eleventh on.
 * The listener is there only while a call is.
 */
const listeners = new WeakMap<AbortSignal, Listener>()

class Listener {
  readonly calls = new Set<Abortable>()

  constructor(readonly signal: AbortSignal) {}

  handleEvent(): void {
    for (const call of this.calls) call.abort(this.signal.reason)
  }
}

export function listen(signal: AbortSignal, call: Abortable): void {
  let listener = listeners.get(signal)
  if (!listener) {
    listener = new Listener(signal)
    signal.addEventListener('abort', listener) // may throw: a signal need not be the platform's
    listeners.set(signal, listener)
  }
  listener.calls.add(call)
}

export function unlisten(signal: AbortSignal, call: Abortable): void {
  const listener = listeners.get(signal)
  if (!listener) return
  listener.calls.delete(call)
  if (listener.calls.size > 0) return
  signal.removeEventListener('abort', listener)
  listeners.delete(signal)
}
