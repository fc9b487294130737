import { describe, flatten } from './crossing.cjs'
import { type CallSite, toError } from './failure.cjs'
import type { NativeClient, NativeEvent, NativeRequest, Success } from './native.cjs'
import { listen, unlisten } from './signals.cjs'
import type { Transport } from './transport.cjs'

/** A call under way. As long as one is, the process stays; the last one lets it go. */
export class Call {
  #attempt: AbortController | undefined
  #exception: { readonly thrown: unknown } | undefined

  constructor(
    private readonly id: number,
    private readonly calls: Map<number, Call>,
    private readonly native: NativeClient,
    private readonly site: CallSite,
    private readonly signal: AbortSignal | undefined,
    private readonly transport: Transport | undefined,
    private readonly resolve: (response: Success) => void,
    private readonly reject: (reason: unknown) => void,
  ) {}

  start(phoneNumberId: unknown, pin: unknown): void {
    const failure = this.native.start(this.id, phoneNumberId, pin)
    if (failure) return this.reject(toError(failure, this.site))
    this.calls.set(this.id, this)
    if (this.calls.size === 1) this.native.hold(true)
    if (this.signal) listen(this.signal, this)
  }

  abort(reason: unknown): void {
    this.native.cancel(this.id)
    this.#end()
    this.reject(reason)
  }

  take(event: NativeEvent): void {
    if (event.request) return void this.#send(event.request)
    this.#end()
    if (event.success) this.resolve(event.success)
    else if (event.failure) this.reject(toError(event.failure, this.site, this.#exception))
  }

  #end(): void {
    if (this.signal) unlisten(this.signal, this)
    this.#attempt?.abort()
    this.calls.delete(this.id)
    if (this.calls.size === 0) this.native.hold(false)
  }

  async #send(request: NativeRequest): Promise<void> {
    const attempt = new AbortController()
    this.#attempt = attempt
    try {
      const response = await this.transport?.({ ...request, signal: attempt.signal })
      const { status, headers, body } = flatten(response as NonNullable<typeof response>)
      this.#attempt = undefined
      this.native.answer(this.id, status, headers, body)
    } catch (thrown) {
      this.#attempt = undefined
      this.#exception = { thrown }
      const { texts, shown, timedOut, beforeSending } = describe(thrown)
      this.native.fail(this.id, texts, timedOut, beforeSending, shown)
    }
  }
}
