/// <reference lib="esnext.disposable" preserve="true" />
import { fileURLToPath } from 'node:url'

import { callSite, type CallSite, done, toError } from './failure.cjs'
import { native } from './native.cjs'
import type { PhoneNumber } from './phone_number.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'
import { inside, type Inside, numbers, run } from './run.cjs'
import type { Transport } from './transport.cjs'

/** PEM, or the path of a file of it. */
export type RootCertificates = string | Uint8Array | FileUrl

/** A URL of a file, whatever class it is of. */
export interface FileUrl {
  /** Begins with `file:`. */
  readonly href: string
}

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
  /**
   * Plain `http` also to a host name without a dot, such as a service of a docker-compose network, and to a private address. Default
   * false. **Token and PIN go there in the clear**: for tests, and for a network of your own.
   */
  allowHttp?: boolean | undefined
  /** Adds `appsecret_proof` to each request. Default none. */
  appSecret?: string | undefined
  /** How long the whole call may take: every attempt and every wait between them. Default 30,000. */
  timeoutMs?: number | undefined
  /** How long connecting may take, TCP and TLS, in one attempt. Default 10,000. */
  connectTimeoutMs?: number | undefined
  /** How many times a call is repeated at most. Default 2; 0 turns retries off. */
  maxRetries?: number | undefined
  /** How many calls may be under way at once; more wait their turn, within their own timeout. Default 256. */
  maxInFlight?: number | undefined
  /** A proxy's URL. Default: the environment's `HTTPS_PROXY` and `NO_PROXY`. */
  proxy?: string | undefined
  /**
   * Certificate authorities beside the platform's, Mozilla's and those of `NODE_EXTRA_CA_CERTS`: PEM as a string or bytes, the path
   * of a file of it (a string without a line break, or a `file:` URL), or an array of such.
   */
  rootCertificates?: RootCertificates | ReadonlyArray<RootCertificates> | undefined
  /** Another way to the server than the built-in one. Proxy and root certificates are that one's own then. */
  transport?: Transport | undefined
}

/** The settings of one call, or of reading numbers, and then for each page. `timeoutMs` and `maxRetries` are this call's own; the client's, unless they are given. */
export interface CallOptions extends Pick<ClientOptions, 'timeoutMs' | 'maxRetries'> {
  /** Stops the call and closes its request; the call, or the loop over the numbers, rejects with the signal's `reason`, as `fetch` does. */
  signal?: AbortSignal | null | undefined
}

/** What a {@link Client} does, for code that takes one: a stand-in of yours implements it. */
export interface TwoStepClient {
  /** Sets the number's two-step verification PIN. */
  setTwoStepPin(phoneNumberId: string, pin: string, options?: CallOptions): Promise<SetTwoStepPinResponse>
}

/** Among the options, so that the constructor of a subclass passes them on. */
const FROM_ENV = Symbol('fromEnv')
const INSIDE = Symbol('inside')
type Options = ClientOptions & { readonly [FROM_ENV]?: true; readonly [INSIDE]?: Inside }

/**
 * What a client is inside, for a rotator.
 *
 * @internal
 */
export let insideOf: (client: unknown, site: CallSite) => Inside

/**
 * Sets PINs, and reads an account's numbers: one deadline over the whole call, retries where they are safe, connections kept alive.
 *
 * Make one and share it. A pending call holds the process, an idle client doesn't; closing it is possible and never needed.
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
export class Client implements TwoStepClient, AsyncDisposable {
  readonly #inside: Inside

  /**
   * Checks the settings and makes the client, without I/O other than reading files of certificates.
   *
   * @throws InvalidConfigurationError with the setting's name.
   */
  constructor(options: ClientOptions) {
    const { [INSIDE]: given, [FROM_ENV]: isFromEnv } = (options ?? {}) as Options
    this.#inside = given ?? open(options, isFromEnv === true, callSite(new.target))
  }

  /**
   * A client with the token of `WHATSAPP_ACCESS_TOKEN` and, where they are set, the app secret of `WHATSAPP_APP_SECRET`, the base URL of
   * `WHATSAPP_BASE_URL` and the version of `WHATSAPP_API_VERSION`. Settings given here win.
   *
   * @throws InvalidConfigurationError if the token is missing, or something is unusable.
   */
  static fromEnv(options: Partial<ClientOptions> = {}): Client {
    return new this({ ...options, [FROM_ENV]: true } as unknown as ClientOptions)
  }

  /**
   * A client for another token over the same connections, and with the same bound on calls at once. Partners have a token for each of
   * their customers.
   *
   * @throws InvalidConfigurationError if the token is unusable.
   */
  withAccessToken(accessToken: string): Client {
    const native = done(this.#inside.native.withAccessToken(accessToken), callSite(this.withAccessToken))
    return new Client({ [INSIDE]: { ...this.#inside, native } } as unknown as ClientOptions)
  }

  /** Where requests go. */
  get baseUrl(): string {
    return this.#inside.native.baseUrl
  }

  /** The API's version asked for. */
  get apiVersion(): string {
    return this.#inside.native.apiVersion
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
    // A method that was taken off its client has no `this`.
    const site = callSite(this?.setTwoStepPin ?? Client.prototype.setTwoStepPin)
    return new Promise((resolve) => {
      const client = Client.#of(this, site)
      const signal = signalOf(options, site)
      const operation = done(client.native.setTwoStepPin(phoneNumberId, pin, options), site)
      resolve(run(client, operation, site, signal) as Promise<SetTwoStepPinResponse>)
    })
  }

  /**
   * Reads an account's numbers, page after page as they are asked for: which of them have a PIN?
   *
   * Deadline and retries are for each page. Leaving the loop reads no further page.
   *
   * ```ts
   * import { Client } from 'whatsapp-two-step'
   * import { startSandbox } from 'whatsapp-two-step/testing'
   *
   * const sandbox = await startSandbox({ numbers: 250 })
   * const client = new Client({ accessToken: 'EAAG_example', baseUrl: sandbox.baseUrl })
   * let without = 0
   * for await (const number of client.phoneNumbers('930000000000001')) {
   *   if (number.pin === 'not_set') without++
   * }
   * console.log(without) // 250
   * ```
   *
   * @param wabaId The ID of the WhatsApp business account, which is checked at once.
   * @throws TwoStepError whose `outcome` is `not_sent`, as no PIN was; or the `reason` of an aborted signal. The numbers end then.
   */
  phoneNumbers(wabaId: string, options?: CallOptions): AsyncGenerator<PhoneNumber, void, undefined> {
    const site = callSite(this?.phoneNumbers ?? Client.prototype.phoneNumbers)
    const client = Client.#of(this, site)
    const signal = signalOf(options, site)
    return numbers(client, done(client.native.phoneNumbers(wabaId, options), site), site, signal)
  }

  /**
   * Takes no more calls. Those under way go on to their end; then the connections are closed, unless another client shares them.
   * Never needed: an idle client holds nothing for long.
   */
  close(): void {
    this.#inside.native.close()
  }

  /** The same as `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  static {
    insideOf = Client.#of
  }

  static #of(it: unknown, site: CallSite): Inside {
    if (typeof it === 'object' && it !== null && #inside in it) return it.#inside
    throw toError(native.invalidSetting('client', 'must be called with its method, as in client.setTwoStepPin(…)'), site)
  }

  /** What `console.log` shows: no secret, and no more than is of use. `this` may be a proxy or a stand-in. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return #inside in this ? `Client { baseUrl: '${this.baseUrl}', apiVersion: '${this.apiVersion}' }` : 'Client {}'
  }
}

function open(options: ClientOptions, isFromEnv: boolean, site: CallSite): Inside {
  return inside(done(native.createClient(withPaths(options), process.env, isFromEnv), site), options.transport)
}

/** The options, with paths as text: the native side knows no URLs of files. */
function withPaths(options: ClientOptions): ClientOptions {
  const roots: unknown = options?.rootCertificates
  if (typeof roots !== 'object' || roots === null) return options
  return { ...options, rootCertificates: (Array.isArray(roots) ? roots.map(path) : path(roots)) as RootCertificates }
}

function path(root: unknown): unknown {
  // Not instanceof: a test runner may have a class of its own.
  const href = typeof root === 'object' && root !== null && 'href' in root ? String(root.href) : undefined
  return href?.startsWith('file:') ? fileURLToPath(href) : (href ?? root)
}

/**
 * The signal among the options of a call.
 *
 * @internal
 */
export function signalOf(options: unknown, site: CallSite): AbortSignal | undefined {
  const isSignal = (thing: unknown): thing is AbortSignal =>
    ['addEventListener', 'removeEventListener'].every((name) => typeof (thing as Record<string, unknown> | undefined)?.[name] === 'function')
  if (isSignal(options)) throw toError(native.invalidSetting('options', 'must be an object such as { signal }, not a signal'), site)
  const signal = (options as CallOptions | null | undefined)?.signal ?? undefined
  if (signal !== undefined && !isSignal(signal)) throw toError(native.invalidSetting('signal', 'must be an AbortSignal'), site)
  return signal
}
