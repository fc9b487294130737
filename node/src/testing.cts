import { native, type NativeSandbox } from './native.cjs'

/** A request that a {@link Sandbox} received, secrets included: give it no real ones. */
export interface RecordedRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** What follows the `?`, if there was one. */
  readonly query?: string
  /** In their order and spelling. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: string
}

/** What a {@link Sandbox} has counted since its start. */
export interface SandboxStats {
  readonly requests: number
  readonly connections: number
  readonly openConnections: number
  /** Requests whose client closed its connection while the sandbox owed it an answer. */
  readonly aborted: number
}

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
export class Sandbox {
  /** Where it listens: the `baseUrl` for a client. */
  readonly baseUrl: string
  readonly #native: NativeSandbox

  /** Use {@link startSandbox}. */
  constructor(started: NativeSandbox) {
    this.#native = started
    this.baseUrl = started.baseUrl ?? ''
  }

  /** The PIN that a number holds now, if it holds one. */
  pin(phoneNumberId: string): string | undefined {
    return this.#native.pin(phoneNumberId) ?? undefined
  }

  /** The Graph requests received, the last 1,000 of them, oldest first. */
  requests(): RecordedRequest[] {
    return this.#native.requests()
  }

  /** Its counters. */
  stats(): SandboxStats {
    return this.#native.stats() ?? { requests: 0, connections: 0, openConnections: 0, aborted: 0 }
  }

  /** Stops it and closes its connections. */
  close(): void {
    this.#native.close()
  }
}

/** Starts a {@link Sandbox} on any free port, or on this one. It doesn't hold the process. */
export async function startSandbox(options: { port?: number } = {}): Promise<Sandbox> {
  return new Sandbox(native.startSandbox(options.port ?? 0))
}
