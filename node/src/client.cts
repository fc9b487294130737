import { AsyncResource } from 'node:async_hooks'

import { Call } from './call.cjs'
import { callSite, toError } from './failure.cjs'
import { native, type NativeClient, type NativeEvent } from './native.cjs'
import type { Transport } from './transport.cjs'

/** The settings of a {@link Client}. Times are in milliseconds. */
export interface ClientOptions {
  /**
   * The access token, with the permissions `whatsapp_business_management` and `whatsapp_business_messaging`. A trailing line
   * break, as text read from a file often has, is an error.
   */
  accessToken: string
  /** Where the Graph API is. `https`, or `http` to a loopback host. Default `https://graph.facebook.com`. */
  baseUrl?: string | undefined
  /** The API's version. Default `v24.0`. */
  apiVersion?: string | undefined
  /** Adds `appsecret_proof` to each request. Default none. */
  appSecret?: string | undefined
  /** How long the whole call may take: every attempt and every wait between them. Default 30,000. */
  timeoutMs?: number | undefined
  /** How long connecting may take, TCP and TLS, in one attempt. Default 10,000. */
  connectTimeoutMs?: number | undefined
  /** How many times a call is repeated at most. Default 2; 0 turns retries off. */
  maxRetries?: number | undefined
  /** A proxy's URL. Default: the environment's `HTTPS_PROXY` and `NO_PROXY`. */
  proxy?: string | undefined
  /** Certificate authorities, as PEM, beside the platform's and Mozilla's. */
  rootCertificates?: string | Uint8Array | ReadonlyArray<string | Uint8Array> | undefined
  /** Another way to the server than the built-in one. Proxy and root certificates are that one's own then. */
  transport?: Transport | undefined
}

/** The settings of one call. */
export interface CallOptions {
  /** Stops the call and closes its request; the call rejects with the signal's `reason`, as `fetch` does. */
  signal?: AbortSignal | null | undefined
}

/** The server set the PIN. What it didn't say isn't there. */
export interface SetTwoStepPinResponse {
  /** The ID that Meta's support asks for (`x-fb-request-id`). */
  readonly traceId?: string
  /** The version that served the call (`facebook-api-version`). It can be above the one asked for. */
  readonly apiVersion?: string
  /** How many requests it took. */
  readonly attempts: number
  /** How much of the call budget is used. */
  readonly usage?: Usage
}

/** How much of its call budget an app or account has used. */
export interface Usage {
  /** The highest of the percentages given: calls, CPU time, total time. Past 100 calls are refused. */
  readonly highestPercentage: number
  /** How long until calls are taken again, when they are refused now. */
  readonly timeToRegainAccessMs?: number
}

/**
 * Sets PINs: one deadline over the whole call, retries where they are safe, connections kept alive.
 *
 * Make one and share it. A pending call holds the process, an idle client doesn't; there is nothing to close.
 *
 * ```ts
 * import { Client } from 'whatsapp-two-step'
 * import { startSandbox } from 'whatsapp-two-step/testing'
 *
 * const sandbox = await startSandbox()
 * const client = new Client({ accessToken: 'EAAG_example', baseUrl: sandbox.baseUrl })
 * const { attempts } = await client.setTwoStepPin('106540352242922', '012345')
 * console.log(attempts) // 1
 * ```
 */
export class Client {
  readonly #native: NativeClient
  readonly #calls: Map<number, Call>
  readonly #transport: Transport | undefined
  #last = 0

  /**
   * Checks the settings and makes the client, without I/O.
   *
   * @throws InvalidConfigurationError with the setting's name.
   */
  constructor(options: ClientOptions)
  constructor(options: ClientOptions, variables?: unknown) {
    // What the native side keeps must not lead back to the client, or it would never be garbage.
    const calls = new Map<number, Call>()
    const made = native.createClient(options, variables, (events: NativeEvent[]) => {
      for (const event of events) calls.get(event.call)?.take(event)
    })
    if ('kind' in made) throw toError(made, callSite(new.target))
    this.#native = made
    this.#calls = calls
    this.#transport = options.transport
  }

  /**
   * A client with the token of `WHATSAPP_ACCESS_TOKEN` and, where it is set, the app secret of `WHATSAPP_APP_SECRET`.
   * Settings given here win.
   *
   * @throws InvalidConfigurationError if the token is missing, or something is unusable.
   */
  static fromEnv(options: Partial<ClientOptions> = {}): Client {
    return Reflect.construct(this, [options, process.env]) as Client
  }

  /** Where requests go. */
  get baseUrl(): string {
    return this.#native.baseUrl
  }

  /** The API's version asked for. */
  get apiVersion(): string {
    return this.#native.apiVersion
  }

  /**
   * Sets the number's two-step verification PIN. Setting the same PIN again is safe.
   *
   * @param phoneNumberId The ID that Meta gave the number, as a string: not the phone number.
   * @param pin Six digits, as a string: a number would lose the leading zero of `'012345'`.
   * @throws TwoStepError whose `kind` says what happened and whose `outcome` says which PIN holds now; or the `reason` of an
   * aborted signal.
   */
  setTwoStepPin(phoneNumberId: string, pin: string, options?: CallOptions): Promise<SetTwoStepPinResponse> {
    const site = callSite(this.setTwoStepPin)
    return new Promise((resolve, reject) => {
      const signal = options?.signal ?? undefined
      if (signal !== undefined && typeof signal.addEventListener !== 'function') {
        throw toError(native.invalidSetting('signal', 'must be an AbortSignal'), site)
      }
      if (signal?.aborted) throw signal.reason
      this.#last = (this.#last + 1) >>> 0
      // The transport runs in the caller's asynchronous context, as a fetch of his would.
      const transport = this.#transport && AsyncResource.bind(this.#transport)
      const call = new Call(this.#last, this.#calls, this.#native, site, signal, transport, resolve, reject)
      call.start(phoneNumberId, pin)
    })
  }

  /** What `console.log` shows: no secret, and no more than is of use. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Client { baseUrl: '${this.baseUrl}', apiVersion: '${this.apiVersion}' }`
  }
}
