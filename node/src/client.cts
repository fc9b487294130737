import { Calls } from './calls.cjs'
import { drive } from './drive.cjs'
import { callSite, toError } from './failure.cjs'
import { native, type NativeClient } from './native.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'
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

/** Where `fromEnv` puts the variables: among the options, so that the constructor of a subclass passes them on. */
const VARIABLES = Symbol('variables')

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
  readonly #transport: Transport | undefined
  readonly #calls: Calls | undefined

  /**
   * Checks the settings and makes the client, without I/O.
   *
   * @throws InvalidConfigurationError with the setting's name.
   */
  constructor(options: ClientOptions) {
    const made = native.createClient(options, (options as { [VARIABLES]?: unknown } | undefined)?.[VARIABLES])
    if ('kind' in made) throw toError(made, callSite(new.target))
    this.#native = made
    this.#transport = options.transport
    this.#calls = this.#transport ? undefined : new Calls(made)
  }

  /**
   * A client with the token of `WHATSAPP_ACCESS_TOKEN` and, where it is set, the app secret of `WHATSAPP_APP_SECRET`.
   * Settings given here win.
   *
   * @throws InvalidConfigurationError if the token is missing, or something is unusable.
   */
  static fromEnv(options: Partial<ClientOptions> = {}): Client {
    return new this({ ...options, [VARIABLES]: process.env } as unknown as ClientOptions)
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
      if (this.#transport) resolve(drive(this.#native, this.#transport, phoneNumberId, pin, site, signal))
      else this.#calls?.start(phoneNumberId, pin, site, signal, { resolve, reject })
    })
  }

  /** What `console.log` shows: no secret, and no more than is of use. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Client { baseUrl: '${this.baseUrl}', apiVersion: '${this.apiVersion}' }`
  }
}
