import { native } from './native.cjs'
import type { RecordedRequest, SandboxStats } from './recorded.cjs'

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
export interface Sandbox {
  /** Where it listens: the `baseUrl` for a client. */
  readonly baseUrl: string
  /** The PIN that a number holds now, if it holds one. */
  pin(phoneNumberId: string): string | undefined
  /** The Graph requests received, the last 1,000 of them, oldest first. */
  requests(): RecordedRequest[]
  /** Its counters. */
  stats(): SandboxStats
  /** Stops it and closes its connections. */
  close(): void
}

/** How to start a {@link Sandbox}. */
export interface SandboxOptions {
  /** Default: any free one. */
  port?: number
}

/** Starts a {@link Sandbox} on any free port, or on this one. It doesn't hold the process. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const started = native.startSandbox(options.port ?? 0)
  return {
    baseUrl: started.baseUrl ?? '',
    pin: (phoneNumberId) => started.pin(phoneNumberId) ?? undefined,
    requests: () => started.requests(),
    stats: () => started.stats() ?? { requests: 0, connections: 0, openConnections: 0, aborted: 0 },
    close: () => started.close(),
  }
}
