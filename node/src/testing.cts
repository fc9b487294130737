import { make, type TwoStepError, type TwoStepErrorFields } from './errors.cjs'
import { callSite, type CallSite, toError } from './failure.cjs'
import { native } from './native.cjs'
import type { RecordedRequest, SandboxStats } from './recorded.cjs'
import type { SetTwoStepPinResponse } from './response.cjs'

export { type RecordedRequest, type SandboxStats } from './recorded.cjs'

/**
 * A local stand-in for the Graph API, for your own tests: it listens on 127.0.0.1, answers as Meta does, and keeps a PIN for
 * every number. Any token that begins with `EAA` is good. Magic IDs and tokens bring out each error and each fault of the
 * network; `GET {baseUrl}/_sandbox/scenarios` lists them.
 *
 * ```ts
 * import { Client } from 'whatsapp-two-step'
 * import { startSandbox } from 'whatsapp-two-step/testing'
 *
 * const sandbox = await startSandbox()
 * const client = new Client({ accessToken: 'EAAG_example', baseUrl: sandbox.baseUrl })
 * await client.setTwoStepPin('106540352242922', '012345')
 * console.log(sandbox.pin('106540352242922')) // 012345
 * sandbox.close()
 * ```
 */
export interface Sandbox extends Disposable {
  /** Where it listens: the `baseUrl` for a client. */
  readonly baseUrl: string
  /** The PIN that a number holds now, if it holds one. */
  pin(phoneNumberId: string): string | undefined
  /** The Graph requests received, the last 1,000 of them, oldest first. */
  requests(): RecordedRequest[]
  /** Its counters. */
  stats(): SandboxStats
  /** Forgets PINs, requests and counters: as new for the next test. Connections stay open. */
  reset(): void
  /** Stops it and closes its connections, as `using sandbox = await startSandbox()` does. What it has recorded stays. */
  close(): void
}

/** How to start a {@link Sandbox}. */
export interface SandboxOptions {
  /** Default: any free one. */
  port?: number
  /** How many numbers its accounts have, spread over them evenly. Default 5; the first one is 106540352242922. */
  numbers?: number
  /** How many business accounts (WABAs) it has: 930000000000001 and up. Default 1. */
  wabas?: number
}

/**
 * Starts a {@link Sandbox} on any free port, or on this one. It doesn't hold the process.
 *
 * From then on, clients of this program reach this machine alone, so that no test sets a real PIN: it sets
 * `WHATSAPP_TWO_STEP_LOOPBACK_ONLY`, unless that is set already; `0` turns it off.
 *
 * @throws InvalidConfigurationError if an option is unusable; an Error with the code `EADDRINUSE` if it is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, numbers = 5, wabas = 1 } = options
  const site = callSite(startSandbox)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw refused('port', 'must be a whole number from 0 to 65535', site)
  for (const [name, count] of Object.entries({ numbers, wabas })) {
    if (!Number.isInteger(count) || count < 0 || count > 1_000_000) throw refused(name, 'must be a whole number from 0 to 1000000', site)
  }
  process.env['WHATSAPP_TWO_STEP_LOOPBACK_ONLY'] ??= '1'
  const result = native.startSandbox(port, numbers, wabas)
  if ('problem' in result) {
    const { isPortTaken, problem } = result
    const why = isPortTaken ? 'another program listens there' : problem
    throw Object.assign(new Error(`the sandbox can't listen on 127.0.0.1:${port}: ${why}`), isPortTaken && { code: 'EADDRINUSE' })
  }
  const started = result
  const close = () => started.close()
  function pin(phoneNumberId: unknown): string | undefined {
    if (typeof phoneNumberId !== 'string') throw refused('phoneNumberId', 'must be a string', callSite(pin))
    return started.pin(phoneNumberId) ?? undefined
  }
  return {
    baseUrl: started.baseUrl,
    pin,
    // In arrays of this realm.
    requests: () =>
      Array.from(started.requests(), (request) => ({ ...request, headers: Array.from(request.headers, ([name, value]) => [name, value] as const) })),
    stats: () => ({ ...started.stats() }),
    reset: () => started.reset(),
    close,
    [Symbol.dispose]: close,
  }
}

function refused(setting: string, problem: string, site: CallSite): TwoStepError {
  return toError(native.invalidSetting(setting, problem), site)
}

/**
 * Makes an error as a client gives it, for a stand-in of yours.
 *
 * ```ts
 * import { RateLimitedError } from 'whatsapp-two-step'
 * import { makeError } from 'whatsapp-two-step/testing'
 *
 * const error = makeError({ kind: 'rate_limited', outcome: 'rejected', retryAfterMs: 60_000 })
 * console.log(error instanceof RateLimitedError) // true
 * ```
 */
export function makeError(fields: Partial<TwoStepErrorFields> & Pick<TwoStepErrorFields, 'kind' | 'outcome'>): TwoStepError {
  const error = make({ message: `${fields.kind}, made for a test.`, hint: 'Made for a test.', isRetryable: false, attempts: 1, ...fields }, {})
  Error.captureStackTrace(error, makeError)
  return error
}

/** Makes a response as a client gives it: one attempt, unless something else is said. */
export function makeResponse(fields: Partial<SetTwoStepPinResponse> = {}): SetTwoStepPinResponse {
  return { attempts: 1, ...fields }
}
